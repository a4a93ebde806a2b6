/**
 * The picture at the top of the README: a real node behind the real web host, with real output. Needs
 * a build. The session typed here is part of the picture; change it with the README's tour.
 */
import type { Page } from 'playwright-core';
import { screenText } from '../../e2e/support/screen.ts';
import { hostProblem, startWebHost } from '../../e2e/support/host.ts';
import { launchChromium } from '#tools/chromium.ts';

const SIZE = { width: 1440, height: 860 } as const;
const LIMIT_MS = 60_000;

const CONSOLE_LINES = [
  'uname -a',
  'ls /',
  'for ((i = 0; i < 300000; i++)); do ((s += i)); done; echo $s',
  'echo "kept in memory only" > /root/notes; ls -l /root',
  'ps -ef | sort -n -k2 | tail -4',
];
const TERMINAL_LINES = ['ptree 1', 'df -h / /tmp', 'prstat -c -n 5 1 1'];

async function until(page: Page, pattern: RegExp, pane = 0): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  let text = '';
  while (Date.now() < deadline) {
    text = await screenText(page, pane);
    if (pattern.test(text)) return;
    await page.waitForTimeout(100);
  }
  throw new Error(`waited in vain for ${pattern}; the screen has:\n${text}`);
}

async function typeLines(page: Page, lines: readonly string[], pane: number): Promise<void> {
  for (const line of lines) {
    await page.keyboard.type(`${line}\r`);
    await page.waitForTimeout(700);
    await until(page, /# ?$/, pane);
  }
}

export async function takeReadmePicture(path: string): Promise<void> {
  const problem = hostProblem();
  if (problem !== undefined) throw new Error(problem);
  const host = await startWebHost();
  const browser = await launchChromium();
  try {
    const context = await browser.newContext({ viewport: SIZE, colorScheme: 'dark' });
    const page = await context.newPage();
    await page.goto(host.url);
    await page.getByTestId('first-lab').click();
    await until(page, /console login: ?$/);
    await page.locator('.xterm-screen').click();
    await page.keyboard.type('root\r');
    await until(page, /Password: ?$/);
    await page.keyboard.type('root\r');
    await until(page, /# ?$/);
    await page.getByTestId('terminal.new').click();
    await until(page, /# ?$/);
    await page.keyboard.press('F1');
    await page.keyboard.type('move pane right');
    await page.keyboard.press('Enter');
    await page.waitForTimeout(600);
    // Smaller letters: no line of the session has to break.
    await page.keyboard.press('Control+-');
    await page.keyboard.press('Control+-');
    await page.waitForTimeout(600);
    await typeLines(page, TERMINAL_LINES, 1);
    await page.locator('.xterm-screen').first().click();
    await typeLines(page, CONSOLE_LINES, 0);
    // For the status bar's line to have something to show.
    await page.waitForTimeout(4000);
    await page.screenshot({ path });
  } finally {
    await browser.close();
    await host.stop();
  }
}
