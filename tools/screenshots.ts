/**
 * The picture book of the window: every state, light and dark, in three sizes, from the fake lab.
 *
 *   node tools/screenshots.ts [--out DIR] [--scene NAME]... [--size WxH]... [--theme light|dark]
 *
 *   node tools/screenshots.ts --readme        resources/screenshot.png, from a real node
 *
 * Pictures go to .cache/screenshots; look at them after every change of the renderer.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { FakeLab } from '#testing/fakes/fake-lab.ts';
import { startFakeWebFace } from '#testing/fakes/fake-web-face.ts';
import { findChromium, launchChromium } from '#tools/chromium.ts';
import { buildRenderer } from '#tools/renderer-build.ts';
import { takeReadmePicture } from '#tools/screenshots/readme-picture.ts';
import { type Scene, SCENES } from '#tools/screenshots/scenes.ts';

const CACHE = fileURLToPath(new URL('../.cache', import.meta.url));
const README_PICTURE = fileURLToPath(new URL('../resources/screenshot.png', import.meta.url));
const SIZES = ['1440x900', '1024x700', '800x600'];
const THEMES = ['light', 'dark'] as const;
/** For lazy chunks, fonts and the terminal's first frames. */
const SETTLE_MS = 700;

interface Shot {
  readonly scene: Scene;
  readonly theme: (typeof THEMES)[number];
  readonly size: string;
}

async function take(browser: Browser, shot: Shot, rendererDir: string, out: string): Promise<void> {
  const { scene, theme, size } = shot;
  const [width = 0, height = 0] = size.split('x').map(Number);
  const settings = { consoleCursorBlink: false, theme, ...scene.options?.settings };
  const lab = new FakeLab({ bootStepMs: 0, ...scene.options, settings });
  scene.prepare(lab);
  const face = await startFakeWebFace(lab, rendererDir);
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: 'reduce',
  });
  try {
    const page = await context.newPage();
    reportTrouble(page, `${scene.name} ${theme} ${size}`);
    await page.goto(face.url);
    await page.waitForTimeout(SETTLE_MS);
    await scene.act?.(page, lab);
    if (scene.name === 'disconnected') face.accept(false);
    await page.waitForTimeout(SETTLE_MS);
    await page.screenshot({ path: path.join(out, `${scene.name}-${theme}-${size}.png`) });
  } finally {
    await context.close();
    lab.dispose();
    await face.close();
  }
}

/** A picture with an error behind it is no good picture. */
function reportTrouble(page: Page, what: string): void {
  page.on('pageerror', (error) => console.error(`${what}: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') console.error(`${what}: ${message.text()}`);
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: path.join(CACHE, 'screenshots') },
      scene: { type: 'string', multiple: true },
      size: { type: 'string', multiple: true },
      theme: { type: 'string', multiple: true },
      readme: { type: 'boolean' },
    },
  });
  if (findChromium() === undefined) {
    console.error('skipped: chromium missing');
    process.exitCode = 1;
    return;
  }
  if (values.readme === true) {
    await takeReadmePicture(README_PICTURE);
    return;
  }
  const rendererDir = path.join(CACHE, 'renderer');
  await buildRenderer(rendererDir);
  await mkdir(values.out, { recursive: true });
  const browser = await launchChromium();
  try {
    for (const scene of SCENES.filter(({ name }) => values.scene?.includes(name) ?? true)) {
      for (const size of values.size ?? SIZES) {
        for (const theme of THEMES.filter((name) => values.theme?.includes(name) ?? true)) {
          await take(browser, { scene, theme, size }, rendererDir, values.out);
        }
      }
    }
  } finally {
    await browser.close();
  }
  console.log(`pictures in ${values.out}`);
}

await main();
