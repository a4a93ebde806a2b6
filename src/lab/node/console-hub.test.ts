import { expect, test, vi } from 'vitest';
import { decodeLatin1, encodeLatin1 } from '#base/bytes.ts';
import { CONSOLE_WINDOW_BYTES, ConsoleHub, SCROLLBACK_BYTES } from '#lab/node/console-hub.ts';
import { ConsoleRing } from '#lab/node/console-ring.ts';
import type { ConsoleItem } from '#protocol/model.ts';
import type { StreamSource } from '#protocol/source.ts';

function drain(view: StreamSource<ConsoleItem>): { text: string; kinds: string[] } {
  let text = '';
  const kinds: string[] = [];
  for (let item = view.next(); item !== undefined; item = view.next()) {
    kinds.push(item.kind);
    if (item.kind === 'data') text += decodeLatin1(item.bytes);
  }
  return { text, kinds };
}

test('a view gets the scrollback, then what comes', () => {
  const hub = new ConsoleHub(() => {});
  hub.append(encodeLatin1('before'));
  const wake = vi.fn();
  const view = hub.attach(undefined, wake);
  expect(view.next()).toEqual({ kind: 'start', epoch: hub.epoch, offset: 0 });
  expect(drain(view)).toEqual({ text: 'before', kinds: ['data', 'live'] });
  hub.append(encodeLatin1(' after'));
  expect(wake).toHaveBeenCalled();
  expect(drain(view).text).toBe(' after');
});

test('a reload resumes where it stopped and loses nothing', () => {
  const hub = new ConsoleHub(() => {});
  hub.append(encodeLatin1('one '));
  hub.attach(undefined, () => {}).dispose();
  hub.append(encodeLatin1('two'));
  const view = hub.attach({ epoch: hub.epoch, offset: 4 }, () => {});
  expect(view.next()).toMatchObject({ kind: 'start', offset: 4 });
  expect(drain(view).text).toBe('two');
});

test('an old epoch or an offset that is gone starts from the scrollback', () => {
  const hub = new ConsoleHub(() => {});
  hub.append(encodeLatin1('text'));
  for (const resume of [
    { epoch: 'another', offset: 2 },
    { epoch: hub.epoch, offset: 99 },
    { epoch: hub.epoch, offset: -1 },
  ]) {
    expect(hub.attach(resume, () => {}).next()).toMatchObject({ kind: 'start', offset: 0 });
  }
});

test('nobody looking: the node is never held up and the ring stays bounded', () => {
  let credit = CONSOLE_WINDOW_BYTES;
  const hub = new ConsoleHub((byteCount) => {
    credit += byteCount;
  });
  const piece = encodeLatin1(`${'x'.repeat(2047)}\n`);
  for (let i = 0; i < 10_000; i += 1) {
    hub.append(piece);
    credit -= piece.length;
    expect(credit).toBeGreaterThan(0);
  }
  expect(hub.end).toBe(10_000 * piece.length);
  expect(hub.end - hub.start).toBeLessThanOrEqual(SCROLLBACK_BYTES);
  expect(hub.end - hub.start).toBeGreaterThan(SCROLLBACK_BYTES / 2);
});

test('a view that does not read stops the node after one window, then is left behind', () => {
  vi.useFakeTimers();
  let credit = CONSOLE_WINDOW_BYTES;
  const hub = new ConsoleHub((byteCount) => {
    credit += byteCount;
  });
  const view = hub.attach(undefined, () => {});
  drain(view);
  const piece = new Uint8Array(16 * 1024).fill(120);
  while (credit > 0) {
    hub.append(piece);
    credit -= piece.length;
  }
  expect(hub.end).toBeLessThanOrEqual(CONSOLE_WINDOW_BYTES + piece.length);
  vi.advanceTimersByTime(5_100);
  expect(credit).toBeGreaterThan(0);
  for (let i = 0; i < 400; i += 1) hub.append(piece);
  expect(drain(view).kinds).toContain('gap');
  hub.dispose();
  vi.useRealTimers();
});

test('the ring keeps ten thousand lines and starts at a line', () => {
  const ring = new ConsoleRing(1 << 22, 10_000);
  for (let i = 0; i < 30_000; i += 1) ring.append(encodeLatin1(`line ${i}\n`));
  let text = '';
  for (let at = ring.start; at < ring.end; ) {
    const bytes = ring.read(at, 1000);
    text += decodeLatin1(bytes);
    at += bytes.length;
  }
  const lines = text.trimEnd().split('\n');
  expect(lines.at(-1)).toBe('line 29999');
  expect(lines.length).toBeLessThanOrEqual(10_000);
  expect(lines.length).toBeGreaterThan(8_000);
  expect(lines[0]).toMatch(/^line \d+$/);
});
