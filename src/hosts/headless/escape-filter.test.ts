import { expect, test } from 'vitest';
import { decodeLatin1, encodeLatin1 } from '#base/bytes.ts';
import { EscapeFilter } from '#hosts/headless/escape-filter.ts';
import { parseSize } from '#hosts/headless/arguments.ts';

function type(...pieces: string[]): { passed: string; left: number } {
  let left = 0;
  const filter = new EscapeFilter(() => {
    left += 1;
  });
  const passed = pieces.map((piece) => decodeLatin1(filter.pass(encodeLatin1(piece)))).join('');
  return { passed, left };
}

test.each([
  [['ls\r'], 'ls\r', 0],
  [['~.'], '', 1],
  [['ls\r~', '.'], 'ls\r', 1],
  [['a~.'], 'a~.', 0],
  [['~~.\r'], '~.\r', 0],
  [['~x\r~.'], '~x\r', 1],
  [['abc\x1dd'], 'abcd', 1],
  [['~\r'], '~\r', 0],
])('%j passes %j and leaves %i times', (pieces, passed, left) => {
  expect(type(...pieces)).toEqual({ passed, left });
});

test.each([
  ['10g', 10 * 2 ** 30],
  ['512M', 512 * 2 ** 20],
  ['1.5G', 1.5 * 2 ** 30],
  ['2GiB', 2 * 2 ** 30],
  ['4096', 4096],
  ['4kb', 4096],
  ['1.3', undefined],
  ['g', undefined],
  ['10gg', undefined],
  ['-1g', undefined],
  ['disk.img', undefined],
  ['10g.img', undefined],
])('size %s', (text, size) => {
  expect(parseSize(text)).toBe(size);
});
