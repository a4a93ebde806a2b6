import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '#base/bytes.ts';
import { decodeText, encodeText } from '#lib/libcurses/bytes-text.ts';
import { KeyDecoder } from '#lib/libcurses/keys.ts';
import { findTerminal } from '#lib/libcurses/terminfo.table.ts';
import { tparm } from '#lib/libcurses/tparm.ts';

describe('text that survives an editor', () => {
  test.prop([fc.uint8Array({ maxLength: 40 })])('gives back every byte', (bytes) => {
    expect(encodeText(decodeText(bytes))).toEqual(Uint8Array.from(bytes));
  });
  test.prop([fc.string({ unit: 'grapheme' })])('is ordinary text for UTF-8', (text) => {
    expect(decodeText(encodeUtf8(text))).toBe(text);
  });
});

describe('KeyDecoder', () => {
  const keysOf = (...pieces: string[]): string[] => {
    const decoder = new KeyDecoder();
    return [...pieces.flatMap((piece) => decoder.feed(encodeUtf8(piece))), ...decoder.flush()];
  };
  it('names the keys of a terminal', () => {
    expect(keysOf('a\x1b[A\x1bOB\x1b[5~\x1b[15~\x1b[1;5Cé\r')).toEqual([
      'a',
      '<Up>',
      '<Down>',
      '<PageUp>',
      '<F5>',
      '<Right>',
      'é',
      '\r',
    ]);
  });
  it('waits for the rest of a sequence and of a character', () => {
    const decoder = new KeyDecoder();
    expect(decoder.feed(encodeUtf8('\x1b['))).toEqual([]);
    expect(decoder.isPending).toBe(true);
    expect(decoder.feed(encodeUtf8('B'))).toEqual(['<Down>']);
    const [first, second] = encodeUtf8('é');
    expect(decoder.feed(Uint8Array.of(first as number))).toEqual([]);
    expect(decoder.feed(Uint8Array.of(second as number))).toEqual(['é']);
  });
  it('takes a lone escape when no more came', () => {
    expect(keysOf('\x1b')).toEqual(['\x1b']);
    expect(keysOf('\x1bj')).toEqual(['\x1b', 'j']);
  });
  test.prop([fc.array(fc.constantFrom('a', '漢', '\x1b[A', '\x1b[6~', '\r')), fc.nat()])(
    'does not care how the bytes arrive',
    (parts, cut) => {
      const bytes = encodeUtf8(parts.join(''));
      const decoder = new KeyDecoder();
      const at = bytes.length === 0 ? 0 : cut % bytes.length;
      const split = [...decoder.feed(bytes.subarray(0, at)), ...decoder.feed(bytes.subarray(at))];
      expect(split).toEqual(new KeyDecoder().feed(bytes));
    },
  );
});

describe('tparm', () => {
  it('expands the capabilities of known terminals', () => {
    const xterm = findTerminal('xterm-256color')?.strings ?? {};
    expect(tparm(xterm['cup'] ?? '', 4, 9)).toBe('\x1b[5;10H');
    expect(tparm(xterm['setaf'] ?? '', 1)).toBe('\x1b[31m');
    expect(tparm(xterm['setaf'] ?? '', 9)).toBe('\x1b[91m');
    expect(tparm(xterm['setaf'] ?? '', 200)).toBe('\x1b[38;5;200m');
  });
  it('does arithmetic, variables and formats', () => {
    expect(tparm('%p1%{3}%+%Pa%ga%d %p2%03d%%', 4, 7)).toBe('7 007%');
    expect(tparm("%p1%'A'%+%c", 2)).toBe('C');
  });
});
