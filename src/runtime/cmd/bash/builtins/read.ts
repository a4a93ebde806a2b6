/** read, mapfile and readarray. @man bash(1) read, mapfile */
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { POLLIN } from '#abi/illumos/poll.ts';
import { TCGETS, TCSETSW } from '#abi/illumos/ioctl.ts';
import { ECHO, ICANON, type Termios, VMIN, VTIME } from '#abi/illumos/termios.ts';
import { type BuiltinOptions, parseOptions } from '#cmd/bash/builtins/options.ts';
import { assignText } from '#cmd/bash/execute/assign.ts';
import { readLine } from '#cmd/bash/execute/read-line.ts';
import { emptyTermios } from '#cmd/bash/execute/wait.ts';
import { splitReference } from '#cmd/bash/expand/arithmetic.ts';
import { ifsOf } from '#cmd/bash/expand/word.ts';
import type { Builtin, Shell } from '#cmd/bash/shell.ts';
import { literalWord } from '#cmd/bash/syntax/tree.ts';
import { decodeText, encodeText } from '#cmd/bash/text.ts';

/** A character read, and whether a backslash stood before it. */
interface ReadCharacter {
  readonly text: string;
  readonly isQuoted: boolean;
}

const TIMED_OUT = 142;

export const readBuiltin: Builtin = function* (shell, args) {
  const parsed = yield* parseOptions(shell, 'read', args, 'ersa:d:i:n:N:p:t:u:');
  if (parsed === undefined) return 2;
  const names = parsed.operands;
  for (const name of names) {
    if (/^[A-Za-z_]\w*(\[.*\])?$/s.test(name)) continue;
    yield* shell.complain(`read: \`${name}': not a valid identifier`);
    return 1;
  }
  const fd = Number(parsed.values.get('u') ?? 0);
  if (parsed.letters.includes('u') && isErrno(yield* shell.sys.fstat(fd))) {
    yield* shell.complain(`read: ${fd}: invalid file descriptor: Bad file descriptor`);
    return 1;
  }
  const timeout = parsed.values.get('t');
  if (timeout !== undefined && !/^\d*\.?\d*$/.test(timeout)) {
    yield* shell.complain(`read: ${timeout}: invalid timeout specification`);
    return 1;
  }
  const isTerminal = yield* shell.sys.isatty(fd);
  const prompt = parsed.values.get('p');
  if (prompt !== undefined && isTerminal) yield* shell.write(2, prompt);
  if (timeout === '0') return yield* isReady(shell, fd);
  const restore = isTerminal ? yield* changeModes(shell, fd, parsed) : undefined;
  try {
    return yield* readInto(shell, parsed, fd, timeout);
  } finally {
    if (restore !== undefined) yield* shell.sys.ioctl(fd, TCSETSW, restore);
  }
};

function* isReady(shell: Shell, fd: number): Task<number> {
  const request = { fd, events: POLLIN, revents: 0 };
  const count = yield* shell.sys.poll([request], 0);
  return !isErrno(count) && count > 0 ? 0 : 1;
}

/** `-s` no echo, `-n`, `-N`, `-d` by character; the modes to put back. */
function* changeModes(shell: Shell, fd: number, parsed: BuiltinOptions): Task<Termios | undefined> {
  if (!/[snNd]/.test(parsed.letters)) return undefined;
  const before = emptyTermios();
  if (isErrno(yield* shell.sys.ioctl(fd, TCGETS, before))) return undefined;
  const modes = { ...before, cc: before.cc.slice() };
  if (parsed.letters.includes('s')) modes.lflag &= ~ECHO;
  if (/[nNd]/.test(parsed.letters)) {
    modes.lflag &= ~ICANON;
    modes.cc[VMIN] = 1;
    modes.cc[VTIME] = 0;
  }
  yield* shell.sys.ioctl(fd, TCSETSW, modes);
  return before;
}

function* readInto(
  shell: Shell,
  parsed: BuiltinOptions,
  fd: number,
  timeout: string | undefined,
): Task<number> {
  const exact = parsed.values.get('N');
  const limit = Number(exact ?? parsed.values.get('n') ?? Infinity);
  const delimiter = exact === undefined ? (parsed.values.get('d') ?? '\n') : undefined;
  const isRaw = parsed.letters.includes('r');
  const reader = new Reader(shell, fd, timeout);
  const input = yield* readCharacters(reader, delimiter, limit, isRaw || exact !== undefined);
  yield* reader.finish();
  if (reader.wasInterrupted) return 130;
  const array = parsed.values.get('a');
  if (array !== undefined) {
    shell.variables.setArray(array, splitAll(input.characters, ifsOf(shell)));
  } else yield* assignNames(shell, parsed.operands, input.characters, exact !== undefined);
  if (reader.hasTimedOut) return TIMED_OUT;
  return input.isComplete ? 0 : 1;
}

/** Bytes one by one, or by blocks from a file, which is sought back at the end. */
class Reader {
  hasTimedOut = false;
  wasInterrupted = false;
  readonly #shell: Shell;
  readonly #fd: number;
  #deadlineNs: bigint | undefined;
  readonly #timeoutNs: bigint | undefined;
  #buffer: Uint8Array | undefined;
  #start = 0;
  #end = 0;

  constructor(shell: Shell, fd: number, timeout: string | undefined) {
    this.#shell = shell;
    this.#fd = fd;
    this.#timeoutNs = timeout === undefined ? undefined : BigInt(Math.round(Number(timeout) * 1e9));
  }

  /** undefined at the end of input, on timeout and on error. */
  *next(): Task<number | undefined> {
    if (this.#start < this.#end) {
      this.#start += 1;
      return this.#buffer?.[this.#start - 1];
    }
    const { sys } = this.#shell;
    if (this.#buffer === undefined) {
      const position = yield* sys.lseek(this.#fd, 0, 1);
      this.#buffer = new Uint8Array(isErrno(position) ? 1 : 512);
    }
    for (;;) {
      if (this.#timeoutNs !== undefined && !(yield* this.#waitForInput())) return undefined;
      const size = yield* sys.read(this.#fd, this.#buffer);
      if (isErrno(size) && size.name === 'EINTR') {
        this.wasInterrupted = this.#shell.isInterrupted;
        if (!this.wasInterrupted && this.#shell.pendingSignals.length === 0) continue;
        return undefined;
      }
      if (isErrno(size) || size === 0) return undefined;
      this.#start = 1;
      this.#end = size;
      return this.#buffer[0];
    }
  }

  *#waitForInput(): Task<boolean> {
    const { sys } = this.#shell;
    const now = yield* sys.gethrtime();
    this.#deadlineNs ??= now + (this.#timeoutNs ?? 0n);
    const left = Number((this.#deadlineNs - now) / 1_000_000n);
    const request = { fd: this.#fd, events: POLLIN, revents: 0 };
    const count = left < 0 ? 0 : yield* sys.poll([request], left);
    this.hasTimedOut = count === 0;
    return !this.hasTimedOut;
  }

  *finish(): Task<void> {
    const unread = this.#end - this.#start;
    if (unread > 0) yield* this.#shell.sys.lseek(this.#fd, -unread, 1);
  }
}

interface ReadInput {
  readonly characters: readonly ReadCharacter[];
  readonly isComplete: boolean;
}

function* readCharacters(
  reader: Reader,
  delimiter: string | undefined,
  limit: number,
  isRaw: boolean,
): Task<ReadInput> {
  const end = delimiter === undefined ? -1 : (encodeText(delimiter)[0] ?? 0);
  const characters: ReadCharacter[] = [];
  let isQuoted = false;
  while (characters.length < limit) {
    const byte = yield* reader.next();
    if (byte === undefined) return { characters, isComplete: false };
    if (!isQuoted && byte === end) return { characters, isComplete: true };
    if (!isRaw && !isQuoted && byte === 0x5c) {
      isQuoted = true;
      continue;
    }
    const text = yield* wholeCharacter(reader, byte);
    if (byte !== 0 && !(isQuoted && text === '\n')) characters.push({ text, isQuoted });
    isQuoted = false;
  }
  return { characters, isComplete: true };
}

/** Reads the rest of a UTF-8 sequence. */
function* wholeCharacter(reader: Reader, first: number): Task<string> {
  const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
  const bytes = [first];
  while (bytes.length < size) {
    const byte = yield* reader.next();
    if (byte === undefined) break;
    bytes.push(byte);
  }
  return decodeText(Uint8Array.from(bytes));
}

function isBlank(character: ReadCharacter | undefined, ifs: string): boolean {
  if (character === undefined || character.isQuoted) return false;
  return ' \t\n'.includes(character.text) && ifs.includes(character.text);
}

function isDelimiter(character: ReadCharacter, ifs: string): boolean {
  return !character.isQuoted && ifs.includes(character.text);
}

function textOf(characters: readonly ReadCharacter[]): string {
  return characters.map(({ text }) => text).join('');
}

function* assignNames(
  shell: Shell,
  names: readonly string[],
  characters: readonly ReadCharacter[],
  isExact: boolean,
): Task<void> {
  const ifs = ifsOf(shell);
  if (names.length === 0) {
    shell.variables.set('REPLY', textOf(characters));
    return;
  }
  const values = isExact ? [textOf(characters)] : splitLimited(characters, ifs, names.length);
  for (const [i, target] of names.entries()) {
    const { name, subscript } = splitReference(target);
    const index = subscript === undefined ? undefined : literalWord(subscript);
    yield* assignText(shell, name, index, values[i] ?? '', false);
  }
}

/** The first `count`−1 fields, then the rest of the line without blanks at its ends. */
export function splitLimited(
  characters: readonly ReadCharacter[],
  ifs: string,
  count: number,
): string[] {
  const values: string[] = [];
  let at = 0;
  const skipBlanks = (): void => {
    while (isBlank(characters[at], ifs)) at += 1;
  };
  skipBlanks();
  while (values.length < count - 1 && at < characters.length) {
    const start = at;
    while (at < characters.length && !isDelimiter(characters[at] as ReadCharacter, ifs)) at += 1;
    values.push(textOf(characters.slice(start, at)));
    skipBlanks();
    const next = characters[at];
    const endedByBlank = at > start && isBlank(characters[at - 1], ifs);
    if (next !== undefined && isDelimiter(next, ifs) && !isBlank(next, ifs)) {
      if (!endedByBlank || next.isQuoted === false) at += 1;
      skipBlanks();
    }
  }
  values.push(lastField(characters.slice(at), ifs));
  return values;
}

/** Trailing blanks go; so does one delimiter when it is the only one and ends the line. */
function lastField(rest: readonly ReadCharacter[], ifs: string): string {
  let end = rest.length;
  while (end > 0 && isBlank(rest[end - 1], ifs)) end -= 1;
  const last = rest[end - 1];
  const delimiters = rest.slice(0, end).filter((c) => isDelimiter(c, ifs) && !isBlank(c, ifs));
  if (last !== undefined && delimiters.length === 1 && delimiters[0] === last) {
    end -= 1;
    while (end > 0 && isBlank(rest[end - 1], ifs)) end -= 1;
  }
  return textOf(rest.slice(0, end));
}

function splitAll(characters: readonly ReadCharacter[], ifs: string): string[] {
  const values = splitLimited(characters, ifs, characters.length + 2);
  while (values.length > 0 && values.at(-1) === '') values.pop();
  return values;
}

export const mapfileBuiltin: Builtin = function* (shell, args, name) {
  const parsed = yield* parseOptions(shell, name, args, 'd:n:O:s:tu:C:c:');
  if (parsed === undefined) return 2;
  const array = parsed.operands[0] ?? 'MAPFILE';
  if (!/^[A-Za-z_]\w*$/.test(array)) {
    yield* shell.complain(`${name}: \`${array}': not a valid identifier`);
    return 1;
  }
  const value = (letter: string, fallback: number): number =>
    Number(parsed.values.get(letter) ?? fallback);
  const delimiter = parsed.values.get('d') ?? '\n';
  const count = value('n', 0) || Infinity;
  const origin = value('O', 0);
  let skip = value('s', 0);
  const variable = shell.variables.writable(array);
  const elements = variable.makeIndexed();
  if (!parsed.values.has('O')) elements.length = 0;
  for (let index = origin; index - origin < count; ) {
    const line = yield* readLine(shell, value('u', 0), encodeText(delimiter)[0] ?? 0);
    if (line === undefined) break;
    if (skip > 0) {
      skip -= 1;
      continue;
    }
    const keeps = !parsed.letters.includes('t') && line.isComplete;
    const text = keeps ? line.text + delimiter : line.text;
    const callback = parsed.values.get('C');
    if (callback !== undefined && (index - origin + 1) % value('c', 5000) === 0) {
      yield* shell.engine.runText(shell, `${callback} ${index} '${text.replaceAll("'", "'\\''")}'`);
    }
    elements[index] = text;
    index += 1;
  }
  return 0;
};
