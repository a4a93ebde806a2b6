/**
 * What every browser suite needs: a Chromium or a skip by name, a page that fails the test when the
 * window reports an error, and the text of a console.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { findChromium, launchChromium } from '#tools/chromium.ts';
import { screenText } from './screen.ts';

/** A suite with one browser for all its tests; skipped by name where there is none. */
export function browserSuite(name: string, body: (browser: () => Browser) => void): void {
  if (findChromium() === undefined) {
    test.skip(`skipped: chromium missing (${name})`);
    return;
  }
  describe(name, () => {
    let browser: Browser;
    beforeAll(async () => {
      // Exact memory figures, and a collector that can be called.
      browser = await launchChromium(['--enable-precise-memory-info', '--js-flags=--expose-gc']);
    });
    afterAll(async () => {
      await browser.close();
    });
    body(() => browser);
  });
}

export interface OpenPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors and violations of the content security policy that the page reported. */
  readonly troubles: string[];
}

export async function openPage(browser: Browser, url: string): Promise<OpenPage> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
  context.setDefaultTimeout(12_000);
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(message.text());
  });
  await page.goto(url);
  return { page, context, troubles };
}

/** Waits until the visible screen matches, and says what was there when it does not. */
export async function waitForScreen(
  page: Page,
  pattern: RegExp,
  timeoutMs = 20_000,
  pane = 0,
): Promise<string> {
  let text = '';
  await vi.waitFor(
    async () => {
      text = await screenText(page, pane);
      expect(text).toMatch(pattern);
    },
    { timeout: timeoutMs, interval: 100 },
  );
  return text;
}

/** Types into the console that is in front. */
export async function typeInConsole(page: Page, text: string): Promise<void> {
  await page.locator('.xterm-screen:visible').first().click();
  await page.keyboard.type(text);
}

/** What a screen reader and the keyboard are on: the name of the focused element. */
export function focusedName(page: Page): Promise<string> {
  return page.evaluate(() => {
    const at = document.activeElement;
    return at?.getAttribute('aria-label') ?? at?.textContent.trim() ?? '';
  });
}
