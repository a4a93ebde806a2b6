/** Measures what the person would feel: gaps between frames, and the page's memory. */
import type { Page } from 'playwright-core';

export interface FrameReport {
  readonly frames: number;
  readonly longestGapMs: number;
  /** All gaps above 50 ms, longest first. */
  readonly slowGapsMs: readonly number[];
}

interface Probe {
  gaps: number[];
  isRunning: boolean;
}

export async function startFrames(page: Page): Promise<void> {
  await page.evaluate(() => {
    const probe: Probe = { gaps: [], isRunning: true };
    (window as unknown as { frameProbe: Probe }).frameProbe = probe;
    let last = performance.now();
    const frame = (now: number): void => {
      probe.gaps.push(now - last);
      last = now;
      if (probe.isRunning) requestAnimationFrame(frame);
    };
    requestAnimationFrame((now) => {
      last = now;
      requestAnimationFrame(frame);
    });
  });
}

export async function stopFrames(page: Page): Promise<FrameReport> {
  const gaps = await page.evaluate(() => {
    const { frameProbe } = window as unknown as { frameProbe: Probe };
    frameProbe.isRunning = false;
    return frameProbe.gaps;
  });
  const slow = gaps.filter((gap) => gap > 50).sort((a, b) => b - a);
  return {
    frames: gaps.length,
    longestGapMs: Math.max(0, ...gaps),
    slowGapsMs: slow.slice(0, 10).map((gap) => Math.round(gap)),
  };
}

/** No frame missed for longer than 100 ms: that, and the frame's own time. */
const LIMIT_GAP_MS = 100 + 1000 / 60;
const BASELINE_MS = 3000;

/**
 * The longest gap allowed on this machine now: while nothing happens in the page, other programs
 * delay its frames too, and that much is theirs.
 */
export async function allowedGapMs(page: Page): Promise<number> {
  await startFrames(page);
  await page.waitForTimeout(BASELINE_MS);
  const { longestGapMs } = await stopFrames(page);
  return LIMIT_GAP_MS + Math.max(0, longestGapMs - 1000 / 60);
}

/** The page's live JavaScript heap after a collection. */
export async function heapBytes(page: Page): Promise<number> {
  return page.evaluate(() => {
    (globalThis as unknown as { gc: () => void }).gc();
    return (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize;
  });
}

/** The heap without collecting first: how far it grew meanwhile. */
export async function heapNowBytes(page: Page): Promise<number> {
  return page.evaluate(
    () => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize,
  );
}
