import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CpioError, readCpio, writeCpio } from '#boot/cpio.ts';

const entry = fc.record({
  path: fc.stringMatching(/^[a-z/]{1,20}$/),
  mode: fc.nat(0o177777),
  uid: fc.nat(0o777777),
  gid: fc.nat(0o777777),
  inode: fc.nat(0o777777),
  linkCount: fc.integer({ min: 1, max: 9 }),
  mtimeSeconds: fc.nat(2 ** 31),
  data: fc.uint8Array({ maxLength: 300 }),
});

test('an archive reads back as it was written', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 10 }), (entries) => {
      const archive = writeCpio(entries);
      expect(archive.length % 512).toBe(0);
      const back = [...readCpio(archive)];
      expect(back.map((each) => ({ ...each, data: [...each.data] }))).toEqual(
        entries.map((each) => ({ ...each, data: [...each.data] })),
      );
    }),
  );
});

test('cut anywhere it is an error, never a shorter archive', () => {
  const data = new Uint8Array(100).fill(65);
  const one = {
    path: 'a',
    mode: 0o100644,
    uid: 0,
    gid: 0,
    inode: 1,
    linkCount: 1,
    mtimeSeconds: 0,
    data,
  };
  const archive = writeCpio([one, { ...one, path: 'b', inode: 2 }]);
  const end = 2 * (76 + 2 + 100) + 76 + 11;
  for (let size = 0; size < end; size += 1) {
    expect(() => [...readCpio(archive.subarray(0, size))]).toThrow(CpioError);
  }
  expect([...readCpio(archive.subarray(0, end))].length).toBe(2);
});

test('noise is an error that says where', () => {
  const archive = writeCpio([]);
  archive[3] = 0;
  expect(() => [...readCpio(archive)]).toThrow('no header at 0');
  const bad = writeCpio([]);
  bad[60] = 120;
  expect(() => [...readCpio(bad)]).toThrow('bad number');
});

test('numbers that do not fit the format are refused', () => {
  const huge = {
    path: 'x',
    mode: 0,
    uid: 2 ** 18,
    gid: 0,
    inode: 1,
    linkCount: 1,
    mtimeSeconds: 0,
  };
  expect(() => writeCpio([{ ...huge, data: new Uint8Array() }])).toThrow('does not fit');
});
