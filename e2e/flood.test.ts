/**
 * More output than anybody reads: 20 MB at once into a pane. The window has to stay quick, memory
 * flat, and the producer has to be slowed by credits, here before the fake lab (the journey does the
 * same with `cat` in a real node).
 */
import { afterEach, beforeAll, expect, test } from 'vitest';
import { encodeUtf8 } from '#base/bytes.ts';
import { browserSuite, waitForScreen } from './support/browser.ts';
import { buildForFake, type FakeWindow, openFakeWindow } from './support/fake.ts';
import {
  FROZEN_MS,
  idleGapMs,
  heapBytes,
  heapNowBytes,
  startFrames,
  stopFrames,
} from './support/frames.ts';

const MIB = 1024 ** 2;
const FLOOD_BYTES = 20 * MIB;
/** Ten thousand full lines of cells, and what the collector leaves. */
const LIMIT_GROWTH_BYTES = 48 * MIB;

function flood(): Uint8Array {
  const line = encodeUtf8(`${'The quick brown fox jumps over the lazy dog. '.repeat(2)}\r\n`);
  const bytes = new Uint8Array(FLOOD_BYTES);
  for (let at = 0; at + line.length <= bytes.length; at += line.length) bytes.set(line, at);
  return bytes;
}

browserSuite('a flood of output', (browser) => {
  let view: FakeWindow;
  beforeAll(buildForFake);
  afterEach(() => view.close());

  test('no frame is missed for long, memory stays flat', async () => {
    let id = '';
    view = await openFakeWindow(browser(), (lab) => {
      id = lab.addLab('Flood');
      lab.setState(id, 'node0', { kind: 'running' });
      lab.console(id, 'node0').print('ready ');
    });
    const { page, lab } = view;
    await waitForScreen(page, /ready/);
    await page.waitForTimeout(500);
    const idleMs = await idleGapMs(page);
    const before = await heapBytes(page);
    await startFrames(page);
    const startedMs = performance.now();
    lab.console(id, 'node0').printBytes(flood());
    lab.console(id, 'node0').print('\nthe end of the flood');
    let highest = 0;
    const isOver = async (): Promise<boolean> => {
      highest = Math.max(highest, await heapNowBytes(page));
      return (
        (await page.locator('.xterm-rows').textContent())?.includes('end of the flood') ?? false
      );
    };
    await expect.poll(isOver, { timeout: 60_000, interval: 100 }).toBe(true);
    const tookMs = performance.now() - startedMs;
    const frames = await stopFrames(page);
    const after = await heapBytes(page);
    const figures = {
      seconds: Number((tookMs / 1000).toFixed(2)),
      ...frames,
      idleMs,
      growthMiB: Math.round((after - before) / MIB),
      highestMiB: Math.round(highest / MIB),
    };
    process.stdout.write(`flood ${JSON.stringify(figures)}\n`);
    expect(frames.longestGapMs).toBeLessThan(FROZEN_MS + idleMs);
    expect(after - before).toBeLessThan(LIMIT_GROWTH_BYTES);
  });
});
