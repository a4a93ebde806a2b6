/**
 * Runs a parsed script over the input. The pattern space and the hold space are byte-oriented text;
 * output is gathered and written in blocks.
 */
import { latin1ToUtf8 } from '#base/bytes.ts';
import { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { SedInput } from '#cmd/sed/input.ts';
import type { Address, SedCommand } from '#cmd/sed/script.ts';
import { substitute } from '#cmd/sed/substitute.ts';
import { decodeLatin1 } from '#base/bytes.ts';
import { writeText } from '#lib/libc/filter.ts';
import type { Regex } from '#lib/libc/regex.ts';
import { Input, Output } from '#lib/libc/stdio.ts';

/** How a cycle ended. */
type Outcome = 'end' | 'delete' | 'restart' | 'quit' | 'quitSilently';

export class SedMachine {
  status = 0;
  readonly #sys: Sys;
  readonly #commands: readonly SedCommand[];
  readonly #isQuiet: boolean;
  readonly #files: ReadonlyMap<string, Output>;
  #input: SedInput;
  #out: Output;
  #pattern = '';
  #hold = '';
  #hasNewline = true;
  #substituted = false;
  #lastRegex: Regex | undefined;
  #text = '';
  /** What a and r put after the cycle. */
  #appends: { readonly kind: 'text' | 'file'; readonly value: string }[] = [];

  constructor(
    sys: Sys,
    commands: readonly SedCommand[],
    isQuiet: boolean,
    files: ReadonlyMap<string, Output>,
    input: SedInput,
    out: Output,
  ) {
    this.#sys = sys;
    this.#commands = commands;
    this.#isQuiet = isQuiet;
    this.#files = files;
    this.#input = input;
    this.#out = out;
  }

  /** Goes on with another file and output, for -i. */
  redirect(input: SedInput, out: Output): void {
    this.#input = input;
    this.#out = out;
  }

  /** Runs to the end of the input; true when a `q` ended it. */
  *run(): Task<boolean> {
    let keepsPattern = false;
    for (;;) {
      if (!keepsPattern) {
        const line = yield* this.#input.next();
        if (line === undefined) break;
        this.#pattern = line.text;
        this.#hasNewline = line.hasNewline;
      }
      this.#substituted = false;
      const outcome = yield* this.#cycle();
      keepsPattern = outcome === 'restart';
      const prints = outcome === 'end' || outcome === 'quit';
      if (prints && !this.#isQuiet) this.#emit(this.#pattern);
      yield* this.#finishCycle();
      if (this.#text.length > 8192) yield* this.#flush();
      if (this.#out.error !== undefined) return true;
      if (outcome === 'quit' || outcome === 'quitSilently') {
        yield* this.#flush();
        return true;
      }
      yield* this.#sys.preempt(20);
    }
    yield* this.#flush();
    return false;
  }

  *#flush(): Task<void> {
    const text = this.#text;
    this.#text = '';
    yield* writeText(this.#out, text);
  }

  /** Prints a line; the last line of a file without a newline stays without. */
  #emit(line: string): void {
    this.#text += this.#hasNewline ? `${line}\n` : line;
  }

  *#finishCycle(): Task<void> {
    if (this.#appends.length === 0) return;
    const appends = this.#appends;
    this.#appends = [];
    if (!this.#hasNewline && this.#text !== '' && !this.#text.endsWith('\n')) this.#text += '\n';
    for (const { kind, value } of appends) {
      this.#text += kind === 'text' ? value : yield* this.#fileText(value);
    }
  }

  *#fileText(path: string): Task<string> {
    const fd = path === '/dev/stdin' ? 0 : yield* this.#sys.open(latin1ToUtf8(path), O_RDONLY);
    if (isErrno(fd)) return '';
    const bytes = yield* new Input(this.#sys, fd).readAll();
    if (fd !== 0) yield* this.#sys.close(fd);
    return decodeLatin1(bytes);
  }

  *#cycle(): Task<Outcome> {
    let steps = 0;
    for (let at = 0; at < this.#commands.length; at += 1) {
      const command = this.#commands[at] as SedCommand;
      const selected = command.addresses.length === 0 || (yield* this.#isSelected(command));
      if (selected === command.negated) {
        if (command.letter === '{') at = command.target;
        continue;
      }
      const result = yield* this.#execute(command);
      if (typeof result === 'string') return result;
      if (result === undefined) continue;
      at = result - 1;
      steps += 1;
      if (steps % 256 === 0) yield* this.#sys.preempt(4096);
    }
    return 'end';
  }

  *#matches(address: Address): Task<boolean> {
    if (address.kind === 'line') return this.#input.lineNumber === address.number;
    if (address.kind === 'last') return yield* this.#input.isLast();
    if (address.kind === 'more') return false;
    const regex = address.regex ?? this.#lastRegex;
    this.#lastRegex = regex;
    return regex?.test(this.#pattern) ?? false;
  }

  *#isSelected(command: SedCommand): Task<boolean> {
    const [first, second] = command.addresses as readonly [Address, Address | undefined];
    const line = this.#input.lineNumber;
    if (second === undefined) return yield* this.#matches(first);
    if (command.isActive) {
      if (second.kind === 'line' || second.kind === 'more') {
        const end = second.kind === 'line' ? second.number : command.lastLine;
        if (line >= end) command.isActive = false;
        // The end was passed while other commands read lines: this line is not in the range.
        return line <= end;
      }
      if (yield* this.#matches(second)) command.isActive = false;
      return true;
    }
    if (!(yield* this.#matches(first))) return false;
    if (second.kind === 'more') command.lastLine = line + second.count;
    const end = second.kind === 'line' ? second.number : command.lastLine;
    const isNumbered = second.kind === 'line' || second.kind === 'more';
    command.isActive = !(isNumbered && end <= line);
    return true;
  }

  /** The index of the next command after a jump, how the cycle ends, or undefined to go on. */
  *#execute(command: SedCommand): Task<number | Outcome | undefined> {
    switch (command.letter) {
      case 's':
        yield* this.#substitute(command);
        return undefined;
      case 'b':
        return command.target;
      case 't':
      case 'T': {
        const jumps = this.#substituted === (command.letter === 't');
        this.#substituted = false;
        return jumps ? command.target : undefined;
      }
      case 'd':
        return 'delete';
      case 'D': {
        const newline = this.#pattern.indexOf('\n');
        if (newline < 0) return 'delete';
        this.#pattern = this.#pattern.slice(newline + 1);
        return 'restart';
      }
      case 'n':
        return yield* this.#next();
      case 'N':
        return yield* this.#appendNext();
      case 'q':
      case 'Q':
        this.status = Number(command.text);
        return command.letter === 'q' ? 'quit' : 'quitSilently';
      case 'c':
        return yield* this.#change(command);
      default:
        yield* this.#simple(command);
        return undefined;
    }
  }

  /** Commands that only print or move text. */
  *#simple(command: SedCommand): Task<void> {
    switch (command.letter) {
      case 'p':
        this.#emitWhole(this.#pattern);
        return;
      case 'P':
        this.#emitWhole(this.#pattern.split('\n', 1)[0] as string);
        return;
      case '=':
        this.#text += `${this.#input.lineNumber}\n`;
        return;
      case 'i':
        this.#text += command.text;
        return;
      case 'a':
        this.#appends.push({ kind: 'text', value: command.text });
        return;
      case 'r':
        this.#appends.push({ kind: 'file', value: command.text });
        return;
      case 'g':
        this.#pattern = this.#hold;
        return;
      case 'G':
        this.#pattern += `\n${this.#hold}`;
        return;
      case 'h':
        this.#hold = this.#pattern;
        return;
      case 'H':
        this.#hold += `\n${this.#pattern}`;
        return;
      case 'x':
        [this.#pattern, this.#hold] = [this.#hold, this.#pattern];
        return;
      case 'l':
        this.#text += visibleLine(this.#pattern);
        return;
      case 'w':
        yield* this.#writeFile(command.text);
        return;
      case 'y': {
        const map = command.transform as ReadonlyMap<string, string>;
        this.#pattern = this.#pattern.replace(/[\s\S]/g, (char) => map.get(char) ?? char);
        return;
      }
      default:
    }
  }

  #emitWhole(line: string): void {
    this.#text += `${line}\n`;
  }

  *#writeFile(path: string): Task<void> {
    if (path === '/dev/stdout') {
      this.#emitWhole(this.#pattern);
      return;
    }
    const file = this.#files.get(path);
    if (file !== undefined) yield* writeText(file, `${this.#pattern}\n`);
  }

  *#substitute(command: SedCommand): Task<void> {
    const substitution = command.substitution as NonNullable<SedCommand['substitution']>;
    const regex = substitution.regex ?? this.#lastRegex;
    if (regex === undefined) return;
    this.#lastRegex = regex;
    const result = substitute(this.#pattern, regex, substitution);
    if (result === undefined) return;
    this.#pattern = result;
    this.#substituted = true;
    if (substitution.prints) this.#emitWhole(result);
    if (substitution.file !== undefined) yield* this.#writeFile(substitution.file);
  }

  *#next(): Task<Outcome | undefined> {
    if (yield* this.#input.isLast()) return this.#isQuiet ? 'quitSilently' : 'quit';
    if (!this.#isQuiet) this.#emit(this.#pattern);
    yield* this.#finishCycle();
    const line = yield* this.#input.next();
    this.#pattern = line?.text ?? '';
    this.#hasNewline = line?.hasNewline ?? true;
    return undefined;
  }

  /** Without a next line, N ends the script and the pattern space is not printed (POSIX). */
  *#appendNext(): Task<Outcome | undefined> {
    yield* this.#finishCycle();
    const line = yield* this.#input.next();
    if (line === undefined) return 'quitSilently';
    this.#pattern += `\n${line.text}`;
    this.#hasNewline = line.hasNewline;
    return undefined;
  }

  /** In a range the text comes once, at its end. */
  *#change(command: SedCommand): Task<Outcome> {
    const inRange = command.addresses.length === 2 && !command.negated && command.isActive;
    if (!inRange || (yield* this.#input.isLast())) this.#text += command.text;
    return 'delete';
  }
}

const VISIBLE: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** `l`: unambiguous, ended by `$`, folded at 60 columns. */
function visibleLine(text: string): string {
  let output = '';
  let column = 0;
  for (const char of text) {
    const code = char.charCodeAt(0);
    const isPlain = code >= 32 && code < 127;
    const shown = VISIBLE[char] ?? (isPlain ? char : `\\${code.toString(8).padStart(3, '0')}`);
    if (column + shown.length + 1 > 60) {
      output += '\\\n';
      column = 0;
    }
    output += shown;
    column += shown.length;
  }
  return `${output}$\n`;
}

/** Opens (and empties) every file that a `w` names, before the first line is read. */
export function* openWriteFiles(
  sys: Sys,
  commands: readonly SedCommand[],
): Task<ReadonlyMap<string, Output> | { readonly path: string; readonly error: Errno }> {
  const files = new Map<string, Output>();
  const names = commands.flatMap(({ letter, text, substitution }) =>
    letter === 'w' ? [text] : substitution?.file === undefined ? [] : [substitution.file],
  );
  for (const path of names) {
    if (files.has(path) || path === '/dev/stdout') continue;
    const fd = yield* sys.open(latin1ToUtf8(path), O_WRONLY | O_CREAT | O_TRUNC, 0o666);
    if (isErrno(fd)) return { path, error: fd };
    files.set(path, new Output(sys, fd, 'full'));
  }
  return files;
}
