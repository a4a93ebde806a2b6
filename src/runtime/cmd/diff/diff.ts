/**
 * diff: normal, ed (-e), context (-c, -C) and unified (-u, -U) forms, directories with -r. Exit status 0:
 * no difference, 1: some, 2: trouble.
 * @man diff(1)
 */
import { decodeLatin1, encodeLatin1 } from '#base/bytes.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Stat, Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import {
  type DiffText,
  contextDiff,
  edDiff,
  editsOf,
  normalDiff,
  unifiedDiff,
} from '#cmd/diff/hunks.ts';
import { findChanges } from '#cmd/diff/myers.ts';
import { listDirectory } from '#lib/libc/directory.ts';
import { closeOperand, openOperand } from '#lib/libc/file-operand.ts';
import { type ParsedOptions, getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { basename, joinPath } from '#lib/libc/pathname.ts';
import { Input, type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { localtime, strftime, timezoneFrom } from '#lib/libc/time.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE =
  'usage: diff [-bitw] [-c | -e | -f | -h | -n | -u] file1 file2\n' +
  '       diff [-bitw] [-C number | -U number] file1 file2\n' +
  '       diff [-bitw] [-D string] file1 file2\n' +
  '       diff [-bitw] [-c | -e | -f | -h | -n | -u] [-l] [-r] [-s] [-S name] directory1 directory2\n';

interface DiffOptions {
  readonly form: 'normal' | 'ed' | 'context' | 'unified';
  readonly context: number;
  readonly brief: boolean;
  readonly recursive: boolean;
  readonly reportsSame: boolean;
  readonly absentAsEmpty: boolean;
  /** Makes equal what the options call equal. */
  readonly normalize: (line: string) => string;
  /** The words of the options, for the headings of -r. */
  readonly words: string;
}

function optionsOf(parsed: ParsedOptions, words: string): DiffOptions {
  const has = (letter: string): boolean => hasOption(parsed, letter);
  const unified = has('u') || has('U');
  const context = has('c') || has('C');
  const form = unified ? 'unified' : context ? 'context' : has('e') ? 'ed' : 'normal';
  const lines = optionValue(parsed, 'U') ?? optionValue(parsed, 'C') ?? '3';
  const normalize = (line: string): string => {
    let text = line;
    if (has('w')) text = text.replace(/[ \t\r\f\v]+/g, '');
    else if (has('b')) text = text.replace(/[ \t\r\f\v]+/g, ' ').replace(/ $/, '');
    return has('i') ? text.toLowerCase() : text;
  };
  return {
    form,
    context: Number(lines),
    brief: has('q'),
    recursive: has('r'),
    reportsSame: has('s'),
    absentAsEmpty: has('N'),
    normalize: has('w') || has('b') || has('i') ? normalize : (line) => line,
    words,
  };
}

interface Side {
  readonly path: string;
  readonly text: DiffText;
  readonly isBinary: boolean;
  readonly stat: Stat | undefined;
}

function toText(bytes: Uint8Array): DiffText {
  const text = decodeLatin1(bytes);
  const lines = text.split('\n');
  const lacksNewline = lines.at(-1) !== '';
  if (!lacksNewline) lines.pop();
  return { lines, lacksNewline: lacksNewline && text !== '' };
}

class Differ {
  status = 0;
  readonly #io: Stdio;
  readonly #sys: Sys;
  readonly #options: DiffOptions;

  constructor(io: Stdio, sys: Sys, options: DiffOptions) {
    this.#io = io;
    this.#sys = sys;
    this.#options = options;
  }

  *#trouble(message: string): Task<void> {
    this.status = 2;
    yield* this.#io.warn(message);
  }

  #differs(): void {
    this.status = Math.max(this.status, 1);
  }

  *#read(path: string, isAbsent: boolean): Task<Side | undefined> {
    if (isAbsent) {
      return { path, text: toText(new Uint8Array(0)), isBinary: false, stat: undefined };
    }
    const fd = yield* openOperand(this.#sys, path);
    if (isErrno(fd)) {
      yield* this.#trouble(`${path}: ${fd.message}`);
      return undefined;
    }
    const input = new Input(this.#sys, fd, 65_536);
    const bytes = yield* input.readAll();
    const stat = yield* this.#sys.fstat(fd);
    yield* closeOperand(this.#sys, fd);
    if (input.error !== undefined) {
      yield* this.#trouble(`${path}: ${input.error.message}`);
      return undefined;
    }
    const isBinary = bytes.subarray(0, 8192).includes(0);
    return { path, text: toText(bytes), isBinary, stat: isErrno(stat) ? undefined : stat };
  }

  *files(first: string, second: string, absent: 0 | 1 | 2 = 0): Task<void> {
    const a = yield* this.#read(first, absent === 1);
    const b = yield* this.#read(second, absent === 2);
    if (a === undefined || b === undefined) return;
    const isSame =
      a.text.lacksNewline === b.text.lacksNewline &&
      a.text.lines.length === b.text.lines.length &&
      a.text.lines.every((line, i) => line === b.text.lines[i]);
    if (isSame) {
      if (this.#options.reportsSame) {
        yield* this.#io.out.write(`Files ${first} and ${second} are identical\n`);
      }
      return;
    }
    if (this.#options.brief || a.isBinary || b.isBinary) {
      const what = this.#options.brief ? 'Files' : 'Binary files';
      yield* this.#io.out.write(`${what} ${first} and ${second} differ\n`);
      this.#differs();
      return;
    }
    yield* this.#text(a, b);
  }

  *#text(a: Side, b: Side): Task<void> {
    const numbers = new Map<string, number>();
    const number = (text: DiffText): number[] =>
      text.lines.map((line, i) => {
        // A last line without its newline is another line.
        const isOpen = text.lacksNewline && i === text.lines.length - 1;
        const key = this.#options.normalize(line) + (isOpen ? '\n' : '');
        let value = numbers.get(key);
        if (value === undefined) {
          value = numbers.size;
          numbers.set(key, value);
        }
        return value;
      });
    const edits = editsOf(findChanges(number(a.text), number(b.text)));
    yield* this.#sys.preempt(a.text.lines.length + b.text.lines.length);
    if (edits.length === 0) return;
    this.#differs();
    const { form, context } = this.#options;
    let text: string;
    if (form === 'normal') text = normalDiff(a.text, b.text, edits);
    else if (form === 'ed') text = edDiff(b.text, edits);
    else if (form === 'unified') {
      text = this.#heading('---', a) + this.#heading('+++', b);
      text += unifiedDiff(a.text, b.text, edits, context);
    } else {
      text = this.#heading('***', a) + this.#heading('---', b);
      text += contextDiff(a.text, b.text, edits, context);
    }
    yield* this.#io.out.write(encodeLatin1(text));
  }

  #heading(mark: string, side: Side): string {
    const time = localtime(side.stat?.mtimeNs ?? 0n, timezoneFrom(this.#sys.env));
    return `${mark} ${side.path}\t${strftime('%a %b %e %H:%M:%S %Y', time)}\n`;
  }

  *directories(first: string, second: string): Task<void> {
    const left = yield* listDirectory(this.#sys, first);
    const right = yield* listDirectory(this.#sys, second);
    if (isErrno(left)) {
      yield* this.#trouble(`${first}: ${left.message}`);
      return;
    }
    if (isErrno(right)) {
      yield* this.#trouble(`${second}: ${right.message}`);
      return;
    }
    for (const name of [...new Set([...left, ...right])].sort()) {
      const [a, b] = [joinPath(first, name), joinPath(second, name)];
      const [inA, inB] = [left.includes(name), right.includes(name)];
      if (inA && inB) yield* this.#pair(a, b);
      else if (this.#options.absentAsEmpty) yield* this.files(a, b, inA ? 2 : 1);
      else {
        this.#differs();
        yield* this.#io.out.write(`Only in ${inA ? first : second}: ${name}\n`);
      }
    }
  }

  *#pair(a: string, b: string): Task<void> {
    const [x, y] = [yield* this.#sys.stat(a), yield* this.#sys.stat(b)];
    if (isErrno(x) || isErrno(y)) {
      yield* this.#trouble(`${isErrno(x) ? a : b}: No such file or directory`);
      return;
    }
    const [isDirA, isDirB] = [x.type === 'VDIR', y.type === 'VDIR'];
    if (isDirA && isDirB) {
      if (this.#options.recursive) yield* this.directories(a, b);
      else yield* this.#io.out.write(`Common subdirectories: ${a} and ${b}\n`);
      return;
    }
    if (isDirA !== isDirB) {
      const kind = (isDirectory: boolean): string => (isDirectory ? 'directory' : 'regular file');
      const text = `File ${a} is a ${kind(isDirA)} while file ${b} is a ${kind(isDirB)}\n`;
      yield* this.#io.out.write(text);
      this.#differs();
      return;
    }
    const before = this.status;
    this.status = 0;
    // The heading comes only with a difference: compare first, quietly.
    const quiet = new Differ(this.#io, this.#sys, { ...this.#options, brief: true });
    const isShown = !this.#options.brief && (yield* quiet.isDifferent(a, b));
    if (isShown) yield* this.#io.out.write(`diff ${this.#options.words}${a} ${b}\n`);
    yield* this.files(a, b);
    this.status = Math.max(this.status, before);
  }

  *isDifferent(first: string, second: string): Task<boolean> {
    const a = yield* this.#read(first, false);
    const b = yield* this.#read(second, false);
    if (a === undefined || b === undefined || a.isBinary || b.isBinary) return false;
    const { normalize } = this.#options;
    const key = ({ text }: Side): string => text.lines.map(normalize).join('\n');
    return key(a) !== key(b) || a.text.lacksNewline !== b.text.lacksNewline;
  }
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const args = sys.argv.slice(1);
  const parsed = getopt(args, 'abBceiNnqrstTuwC:U:lhfD:S:');
  const [first, second, ...rest] = parsed.operands;
  if (parsed.message !== undefined || first === undefined || second === undefined || rest.length) {
    return yield* usageError(io, USAGE, parsed.message);
  }
  const unsupported = parsed.options.find(({ letter }) => 'DSfhln'.includes(letter));
  if (unsupported !== undefined) {
    yield* io.warn(`-${unsupported.letter}: not supported yet`);
    return 2;
  }
  const words = args
    .slice(0, args.length - 2)
    .map((word) => `${word} `)
    .join('');
  const differ = new Differ(io, sys, optionsOf(parsed, words));
  const isDirectory = function* isDirectory(path: string): Task<boolean> {
    if (path === '-') return false;
    const stat = yield* sys.stat(path);
    return !isErrno(stat) && stat.type === 'VDIR';
  };
  const [a, b] = [yield* isDirectory(first), yield* isDirectory(second)];
  if (a && b) yield* differ.directories(first, second);
  else if (a) yield* differ.files(joinPath(first, basename(second)), second);
  else if (b) yield* differ.files(first, joinPath(second, basename(first)));
  else yield* differ.files(first, second);
  return differ.status;
}

export const DIFF: Command = { name: 'diff', path: '/usr/bin/diff', main: withStdio(main) };
