/** The text of a console as the page shows it. */
import type { Page } from 'playwright-core';

/** The rows that the terminal shows, as its DOM renderer draws them. */
export async function screenText(page: Page, pane = 0): Promise<string> {
  const rows = page.locator('.xterm-rows:visible').nth(pane).locator('> div');
  const lines = await rows.allTextContents();
  return lines
    .map((line) => line.replaceAll('\u00a0', ' ').trimEnd())
    .join('\n')
    .trimEnd();
}
