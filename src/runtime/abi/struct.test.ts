import { expect, test } from 'vitest';
import { lwpstatus, prusage, psinfo, pstatus } from '#abi/illumos/procfs.ts';
import { bitset, cstring, i32, struct, timestruc } from '#abi/struct.ts';

test('a field that does not fit its structure is a mistake', () => {
  expect(() => struct('short', 6, { a: i32(4) })).toThrow('short.a lies outside');
  const ok = struct('ok', 8, { a: i32(4) });
  expect(() => ok.decode(new Uint8Array(7))).toThrow('ok has 8 bytes, found 7');
});

test('text is cut to its field, times split into seconds and nanoseconds', () => {
  const layout = struct('s', 24, { text: cstring(0, 4), at: timestruc(8) });
  const bytes = layout.encode({ text: 'abcdef', at: 5_000_000_007n });
  expect([...bytes.subarray(0, 17)]).toEqual([
    97, 98, 99, 100, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 7,
  ]);
  expect(layout.decode(bytes)).toEqual({ text: 'abcd', at: 5_000_000_007n });
});

test('a signal set counts from 1', () => {
  const layout = struct('s', 8, { set: bitset(0, 2) });
  const bytes = layout.encode({ set: [1, 15, 33] });
  expect([...bytes]).toEqual([1, 0x40, 0, 0, 1, 0, 0, 0]);
  expect(layout.decode(bytes).set).toEqual([1, 15, 33]);
});

/** Sizes that a C compiler gives for a 64-bit program, and members at their places. */
test('structures of /proc have the sizes of a 64-bit illumos', () => {
  expect([psinfo.size, pstatus.size, lwpstatus.size, prusage.size]).toEqual([416, 1680, 1296, 504]);
  const bytes = psinfo.encode({ pid: 7, fname: 'bash', lwp: { sname: 'S', lwpid: 1 } });
  expect(bytes[8]).toBe(7);
  expect(bytes[136]).toBe('b'.charCodeAt(0));
  expect(bytes[288 + 26]).toBe('S'.charCodeAt(0));
  expect(psinfo.decode(bytes)).toMatchObject({ pid: 7, fname: 'bash', lwp: { sname: 'S' } });
});
