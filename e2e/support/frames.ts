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

const BASELINE_MS = 3000;

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

/**
 * A gap that a person would call frozen. How short the gaps really are is a figure, measured by
 * `npm run bench -- console`: a test that failed for a busy machine would judge the machine.
 */
export const FROZEN_MS = 1000;

/** The longest gap while nothing happens in the page: what other programs take of its frames. */
export async function idleGapMs(page: Page): Promise<number> {
  await startFrames(page);
  await page.waitForTimeout(BASELINE_MS);
  return (await stopFrames(page)).longestGapMs;
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
