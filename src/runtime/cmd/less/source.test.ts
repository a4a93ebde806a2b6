import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { encodeUtf8 } from '#base/bytes.ts';
import { TextSource } from '#cmd/less/source.ts';

test.prop([fc.string({ unit: fc.constantFrom('a', 'é', '漢', '\n', ' ') }), fc.nat({ max: 9 })])(
  'a text has the same lines and offsets however it arrives',
  (text, step) => {
    const bytes = encodeUtf8(text);
    const source = new TextSource(undefined, undefined);
    for (let at = 0; at < bytes.length; at += step + 1)
      source.append(bytes.subarray(at, at + step + 1));
    source.end();
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    expect(Array.from({ length: source.lineCount }, (_, i) => source.line(i))).toEqual(lines);
    expect(source.readBytes).toBe(bytes.length);
    lines.forEach((_, i) => {
      expect(source.offsetOf(i)).toBe(
        encodeUtf8(
          lines
            .slice(0, i)
            .map((l) => `${l}\n`)
            .join(''),
        ).length,
      );
    });
  },
);
