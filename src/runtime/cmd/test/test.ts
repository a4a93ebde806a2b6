/**
 * test and `[`: up to four words have one meaning each, as POSIX fixes it; more are parsed with
 * `-a`, `-o`, `!` and parentheses.
 * @man test(1)
 */
import { isErrno } from '#kernel/os/errno.ts';
import type { Stat, Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';

/** Wrong use; the message goes to stderr with status 2. */
class TestError extends Error {
  override readonly name = 'TestError';
}

type FileTest = (stat: Stat) => boolean;

const FILE_TESTS: Readonly<Record<string, FileTest>> = {
  '-a': () => true,
  '-e': () => true,
  '-b': ({ type }) => type === 'VBLK',
  '-c': ({ type }) => type === 'VCHR',
  '-d': ({ type }) => type === 'VDIR',
  '-f': ({ type }) => type === 'VREG',
  '-g': ({ mode }) => (mode & 0o2000) !== 0,
  '-k': ({ mode }) => (mode & 0o1000) !== 0,
  '-p': ({ type }) => type === 'VFIFO',
  '-s': ({ size }) => size > 0,
  '-S': ({ type }) => type === 'VSOCK',
  '-u': ({ mode }) => (mode & 0o4000) !== 0,
};
const LINK_TESTS = ['-h', '-L'];
const ACCESS_TESTS: Readonly<Record<string, number>> = { '-r': 4, '-w': 2, '-x': 1 };
const UNARY = [
  ...Object.keys(FILE_TESTS),
  ...LINK_TESTS,
  ...Object.keys(ACCESS_TESTS),
  '-n',
  '-z',
  '-t',
  '-O',
  '-G',
];
const NUMERIC: Readonly<Record<string, (a: bigint, b: bigint) => boolean>> = {
  '-eq': (a, b) => a === b,
  '-ne': (a, b) => a !== b,
  '-gt': (a, b) => a > b,
  '-ge': (a, b) => a >= b,
  '-lt': (a, b) => a < b,
  '-le': (a, b) => a <= b,
};
const BINARY = [...Object.keys(NUMERIC), '=', '==', '!=', '<', '>', '-nt', '-ot', '-ef'];

function integer(text: string): bigint {
  if (!/^\s*[-+]?\d+\s*$/.test(text)) throw new TestError(`${text}: integer expression expected`);
  return BigInt(text.trim().replace('+', ''));
}

class Evaluator {
  readonly #sys: Sys;
  readonly #words: readonly string[];
  #at = 0;

  constructor(sys: Sys, words: readonly string[]) {
    this.#sys = sys;
    this.#words = words;
  }

  *evaluate(): Task<boolean> {
    const words = this.#words;
    const [first = '', second = '', third = '', fourth = ''] = words;
    if (words.length === 0) return false;
    if (words.length === 1) return first !== '';
    if (words.length === 2) {
      if (first === '!') return second === '';
      if (UNARY.includes(first)) return yield* this.#unary(first, second);
      throw new TestError(`argument expected`);
    }
    if (words.length === 3) {
      if (BINARY.includes(second)) return yield* this.#binary(first, second, third);
      if (second === '-a') return first !== '' && third !== '';
      if (second === '-o') return first !== '' || third !== '';
      if (first === '!') return !(yield* new Evaluator(this.#sys, words.slice(1)).evaluate());
      if (first === '(' && third === ')') return second !== '';
    }
    if (words.length === 4) {
      if (first === '!') return !(yield* new Evaluator(this.#sys, words.slice(1)).evaluate());
      if (first === '(' && fourth === ')') {
        return yield* new Evaluator(this.#sys, words.slice(1, 3)).evaluate();
      }
    }
    const result = yield* this.#or();
    if (this.#at < words.length) throw new TestError('too many arguments');
    return result;
  }

  *#or(): Task<boolean> {
    let result = yield* this.#and();
    while (this.#words[this.#at] === '-o') {
      this.#at += 1;
      const right = yield* this.#and();
      result ||= right;
    }
    return result;
  }

  *#and(): Task<boolean> {
    let result = yield* this.#not();
    while (this.#words[this.#at] === '-a') {
      this.#at += 1;
      const right = yield* this.#not();
      result &&= right;
    }
    return result;
  }

  *#not(): Task<boolean> {
    const word = this.#words[this.#at];
    if (word === undefined) throw new TestError('argument expected');
    const [, operator = '', right] = this.#words.slice(this.#at);
    if (right !== undefined && BINARY.includes(operator)) {
      this.#at += 3;
      return yield* this.#binary(word, operator, right);
    }
    this.#at += 1;
    if (word === '!') return !(yield* this.#not());
    if (word === '(') {
      const result = yield* this.#or();
      if (this.#words[this.#at] !== ')') throw new TestError("`)' expected");
      this.#at += 1;
      return result;
    }
    const operand = this.#words[this.#at];
    if (UNARY.includes(word) && operand !== undefined) {
      this.#at += 1;
      return yield* this.#unary(word, operand);
    }
    return word !== '';
  }

  *#unary(operator: string, operand: string): Task<boolean> {
    if (operator === '-n') return operand !== '';
    if (operator === '-z') return operand === '';
    if (operator === '-t') return yield* this.#sys.isatty(Number(integer(operand)));
    const access = ACCESS_TESTS[operator];
    if (access !== undefined) return !isErrno(yield* this.#sys.access(operand, access, true));
    const isLink = LINK_TESTS.includes(operator);
    const stat = isLink ? yield* this.#sys.lstat(operand) : yield* this.#sys.stat(operand);
    if (isErrno(stat)) return false;
    if (isLink) return stat.type === 'VLNK';
    if (operator === '-O') return stat.uid === (yield* this.#sys.getuid()).effective;
    if (operator === '-G') return stat.gid === (yield* this.#sys.getgid()).effective;
    return (FILE_TESTS[operator] as FileTest)(stat);
  }

  *#binary(left: string, operator: string, right: string): Task<boolean> {
    const numeric = NUMERIC[operator];
    if (numeric !== undefined) return numeric(integer(left), integer(right));
    if (operator === '=' || operator === '==') return left === right;
    if (operator === '!=') return left !== right;
    if (operator === '<') return left < right;
    if (operator === '>') return left > right;
    const a = yield* this.#sys.stat(left);
    const b = yield* this.#sys.stat(right);
    if (operator === '-ef') {
      return !isErrno(a) && !isErrno(b) && a.dev === b.dev && a.ino === b.ino;
    }
    const newer = operator === '-nt' ? a : b;
    const older = operator === '-nt' ? b : a;
    if (isErrno(newer)) return false;
    return isErrno(older) || newer.mtimeNs > older.mtimeNs;
  }
}

function* main(io: Stdio, sys: Sys): Task<number> {
  let words = sys.argv.slice(1);
  if (io.name === '[') {
    if (words.at(-1) !== ']') {
      yield* io.warn("missing `]'");
      return 2;
    }
    words = words.slice(0, -1);
  }
  try {
    return (yield* new Evaluator(sys, words).evaluate()) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof TestError)) throw error;
    yield* io.warn(error.message);
    return 2;
  }
}

export const TEST: Command = {
  name: 'test',
  path: '/usr/bin/test',
  links: ['/usr/bin/['],
  main: withStdio(main),
};
