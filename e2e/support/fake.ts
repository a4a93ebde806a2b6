/** The window in front of the fake lab: for what a real node does rarely or never. */
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { FakeLab, type FakeLabOptions } from '#testing/fakes/fake-lab.ts';
import { type FakeWebFace, startFakeWebFace } from '#testing/fakes/fake-web-face.ts';
import { buildRenderer } from '#tools/renderer-build.ts';
import { openPage, type OpenPage } from './browser.ts';

const RENDERER_DIR: string = join(import.meta.dirname, '..', '..', '.cache', 'renderer');

export function buildForFake(): Promise<void> {
  return buildRenderer(RENDERER_DIR);
}

export interface FakeWindow extends OpenPage {
  readonly lab: FakeLab;
  readonly face: FakeWebFace;
  close(): Promise<void>;
}

export async function openFakeWindow(
  browser: Browser,
  prepare: (lab: FakeLab) => void = () => {},
  options: FakeLabOptions = {},
): Promise<FakeWindow> {
  const lab = new FakeLab(options);
  prepare(lab);
  const face = await startFakeWebFace(lab, RENDERER_DIR);
  const opened = await openPage(browser, face.url);
  const close = async (): Promise<void> => {
    await opened.context.close();
    lab.dispose();
    await face.close();
  };
  return { ...opened, lab, face, close };
}
