import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ECHO, ICANON, IXOFF, type Termios, VMIN } from '#abi/illumos/termios.ts';
import { decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import { INPUT_BYTES, TtyInput } from '#kernel/io/ldterm/input.ts';
import { TtyOutput } from '#kernel/io/ldterm/output.ts';
import { defaultTermios } from '#kernel/io/ldterm/settings.ts';

interface Terminal {
  readonly termios: Termios;
  readonly input: TtyInput;
  readonly output: TtyOutput;
  readonly signals: number[];
  type(text: string): number;
  /** What appeared on the screen since the last look. */
  seen(): string;
  read(): string;
  /** How much the screen takes. */
  room: number;
}

function terminal(): Terminal {
  const termios = defaultTermios();
  const shown: Uint8Array[] = [];
  const signals: number[] = [];
  const self = { room: Infinity };
  const output = new TtyOutput({
    writable: () => self.room,
    write: (bytes) => {
      self.room -= bytes.length;
      shown.push(bytes.slice());
    },
  });
  const listener = { signal: (signal: number) => signals.push(signal), readable: () => {} };
  const input = new TtyInput(termios, output, listener);
  return Object.assign(self, {
    termios,
    input,
    output,
    signals,
    type: (text: string) => input.receive(encodeUtf8(text)),
    seen: () => decodeUtf8(new Uint8Array(Buffer.concat(shown.splice(0)))),
    read: () => {
      const target = new Uint8Array(1024);
      return decodeUtf8(target.subarray(0, input.take(target)));
    },
  });
}

test('a line is handed over whole, one a read, with CR as newline and echo', () => {
  const tty = terminal();
  tty.type('one');
  expect(tty.input.hasLine).toBe(false);
  tty.type('\rtwo\nthr');
  expect(tty.seen()).toBe('one\r\ntwo\r\nthr');
  expect([tty.read(), tty.read(), tty.input.hasLine]).toEqual(['one\n', 'two\n', false]);
});

test('erase takes a whole character and rubs out its columns', () => {
  const tty = terminal();
  tty.type('aü世\t');
  tty.seen();
  tty.type('\x7f');
  // From column 8 back to 4: the tab.
  expect(tty.seen()).toBe('\b \b'.repeat(4));
  tty.type('\x7f');
  expect(tty.seen()).toBe('\b \b'.repeat(2));
  tty.type('\x7f');
  expect(tty.seen()).toBe('\b \b');
  tty.type('\n');
  expect(tty.read()).toBe('a\n');
});

test('word erase, kill, reprint, literal next', () => {
  const tty = terminal();
  tty.type('rm -rf  \x17x\n');
  expect(tty.read()).toBe('rm x\n');
  tty.seen();
  tty.type('abc\x15de\x12\x16\x03f\n');
  expect(tty.seen()).toBe(`abc${'\b \b'.repeat(3)}de^R\r\nde^\b^Cf\r\n`);
  expect(tty.read()).toBe('de\x03f\n');
  expect(tty.signals).toEqual([]);
});

test('^D ends a read, and on an empty line the file', () => {
  const tty = terminal();
  tty.type('ab\x04');
  expect(tty.read()).toBe('ab');
  expect(tty.seen()).toBe('ab^D\b\b');
  tty.type('\x04');
  expect(tty.input.hasLine).toBe(true);
  expect(tty.read()).toBe('');
  expect(tty.input.hasLine).toBe(false);
});

test('^C, ^\\, ^Z and ^T signal, and throw away what was typed', () => {
  const tty = terminal();
  tty.type('abc\x03\x1c\x1a\x14x\n');
  expect(tty.signals).toEqual([2, 3, 24, 41]);
  expect(tty.read()).toBe('x\n');
});

test('^S stops output, ^Q lets it go on; nothing is lost', () => {
  const tty = terminal();
  tty.type('\x13');
  tty.output.write(encodeUtf8('hello\n'), tty.termios);
  expect(tty.seen()).toBe('');
  tty.type('\x11');
  expect(tty.seen()).toBe('hello\r\n');
});

test('a full canonical line takes no more but still ends', () => {
  const tty = terminal();
  tty.type('x'.repeat(300));
  expect(tty.seen()).toContain('\x07');
  tty.type('\n');
  expect(tty.read()).toBe(`${'x'.repeat(255)}\n`);
});

test('raw mode passes every byte; type-ahead survives the change of mode', () => {
  const tty = terminal();
  tty.type('half');
  tty.termios.lflag &= ~(ICANON | ECHO);
  tty.termios.cc[VMIN] = 1;
  tty.input.modeChanged();
  tty.seen();
  tty.type('\x7f\x15ü');
  expect(tty.seen()).toBe('');
  expect(tty.read()).toBe('half\x7f\x15ü');
  tty.type('two\nlines');
  tty.termios.lflag |= ICANON;
  tty.input.modeChanged();
  expect(tty.read()).toBe('two\n');
  tty.type('\n');
  expect(tty.read()).toBe('lines\n');
});

test('input that nobody reads is bounded, and with IXOFF the sender is asked to stop', () => {
  const tty = terminal();
  tty.termios.lflag &= ~(ICANON | ECHO);
  tty.termios.iflag |= IXOFF;
  const taken = tty.input.receive(new Uint8Array(100_000).fill(97));
  expect(taken).toBe(INPUT_BYTES - 1);
  expect(tty.seen()).toBe('\x13');
  while (tty.input.readyBytes > 0) tty.read();
  expect(tty.seen()).toBe('\x11');
});

test('tabs are expanded by the column of UTF-8 characters', () => {
  const tty = terminal();
  tty.output.write(encodeUtf8('äb\tc\n\td'), tty.termios);
  expect(tty.seen()).toBe(`äb${' '.repeat(6)}c\r\n${' '.repeat(8)}d`);
});

test('20 MB through a slow screen: bounded buffer, every byte in order', () => {
  const tty = terminal();
  tty.termios.oflag = 0;
  tty.room = 0;
  const block = new Uint8Array(64 * 1024).map((_, at) => at & 127);
  let offered = 0;
  let peak = 0;
  let out = 0;
  const check = (text: Uint8Array): void => {
    for (const byte of text) {
      if (byte !== ((out % block.length) & 127)) throw new Error(`byte ${out} differs`);
      out += 1;
    }
  };
  while (out < 20e6) {
    const at = offered % block.length;
    offered += tty.output.write(block.subarray(at), tty.termios);
    peak = Math.max(peak, tty.output.usedBytes);
    tty.room = 10_000;
    tty.output.drain();
    tty.room = 0;
    check(encodeUtf8(tty.seen()));
  }
  expect(peak).toBeLessThanOrEqual(16 * 1024);
});

test('no bytes upset it: escape garbage, controls, broken UTF-8', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 8 }), (chunks) => {
      const tty = terminal();
      for (const chunk of chunks) {
        tty.input.receive(chunk);
        while (tty.input.hasLine) tty.read();
      }
      tty.output.isStopped = false;
      tty.input.flush();
      tty.termios.lflag |= ICANON | ECHO;
      tty.type('\x11ok\n');
      expect(tty.read()).toBe('ok\n');
    }),
    { numRuns: 200 },
  );
});
