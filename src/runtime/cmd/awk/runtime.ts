/** The state of a running awk program: variables, the record, the input files. */
import { latin1ToUtf8, utf8ToLatin1 } from '#base/bytes.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { unescapeString } from '#cmd/awk/lexer.ts';
import { AwkRecord } from '#cmd/awk/record.ts';
import { RecordReader, type Separator } from '#cmd/awk/records.ts';
import { AwkFatal, AwkStreams } from '#cmd/awk/streams.ts';
import { InputText, type Value, toNumber, toText } from '#cmd/awk/value.ts';
import { openOperand } from '#lib/libc/file-operand.ts';
import { type Regex, RegexError, compileRegex } from '#lib/libc/regex.ts';
import type { Stdio } from '#lib/libc/stdio.ts';

export type AwkArray = Map<string, Value>;
export type Frame = (Value | AwkArray)[];

/** Variables with fixed places; NF lives in the record. */
export const SPECIAL_VARIABLES = [
  'NR',
  'FNR',
  'FS',
  'OFS',
  'ORS',
  'RS',
  'SUBSEP',
  'CONVFMT',
  'OFMT',
  'RSTART',
  'RLENGTH',
  'FILENAME',
  'ARGC',
] as const;
const [NR, FNR, FS, OFS, , RS, , CONVFMT] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const FILENAME = SPECIAL_VARIABLES.indexOf('FILENAME');

export class AwkRuntime {
  readonly globals: Value[] = [0, 0, ' ', ' ', '\n', '\n', '\u001c', '%.6g', '%.6g', 0, -1, '', 0];
  readonly arrays: Map<string, AwkArray> = new Map();
  /** Where each global variable is. */
  readonly slots: Map<string, number> = new Map(
    SPECIAL_VARIABLES.map((name, index) => [name as string, index]),
  );
  readonly record: AwkRecord;
  readonly streams: AwkStreams;
  readonly sys: Sys;
  frame: Frame = [];
  returnValue: Value;
  exitStatus = 0;
  seed = 1;
  /** State of rand(), 0 … 2^31−1. */
  randomState = 1;
  readonly #io: Stdio;
  readonly #regexes = new Map<string, Regex>();
  #reader: RecordReader | undefined;
  #nextArgument = 1;
  #usedFile = false;
  #separatorText: string | undefined;
  #separator: Separator = { kind: 'character', text: '\n' };

  constructor(io: Stdio, sys: Sys) {
    this.#io = io;
    this.sys = sys;
    this.streams = new AwkStreams(io, sys);
    this.record = new AwkRecord(
      (source) => this.regex(source),
      () => this.text(OFS),
      () => this.text(CONVFMT),
    );
  }

  slot(name: string): number {
    let slot = this.slots.get(name);
    if (slot === undefined) {
      slot = this.globals.push(undefined) - 1;
      this.slots.set(name, slot);
    }
    return slot;
  }

  array(name: string): AwkArray {
    let array = this.arrays.get(name);
    if (array === undefined) {
      array = new Map();
      this.arrays.set(name, array);
    }
    return array;
  }

  /** A variable's text. */
  text(slot: number): string {
    return toText(this.globals[slot], '%.6g');
  }

  get convfmt(): string {
    return this.text(CONVFMT);
  }

  toText(value: Value): string {
    return typeof value === 'string' ? value : toText(value, this.convfmt);
  }

  regex(source: string): Regex {
    const known = this.#regexes.get(source);
    if (known !== undefined) return known;
    const regex = compileRegex(source, {
      syntax: 'extended',
      escapes: true,
      backReferences: false,
    });
    if (regex instanceof RegexError) {
      throw new AwkFatal(`${regex.message} in regular expression ${latin1ToUtf8(source)}`);
    }
    if (this.#regexes.size > 500) this.#regexes.clear();
    this.#regexes.set(source, regex);
    return regex;
  }

  setRecord(text: string): void {
    this.record.set(text, this.text(FS), this.globals[RS] === '');
  }

  /** `name=value` of -v and of operands. */
  assign(text: string): void {
    const equals = text.indexOf('=');
    const name = text.slice(0, equals);
    const value = new InputText(unescapeString(text.slice(equals + 1)));
    if (name === 'NF') this.record.count = Math.trunc(toNumber(value));
    else this.globals[this.slot(name)] = value;
  }

  separator(): Separator {
    const text = this.text(RS);
    if (text === this.#separatorText) return this.#separator;
    this.#separatorText = text;
    if (text === '') this.#separator = { kind: 'paragraph' };
    else if (text.length === 1) this.#separator = { kind: 'character', text };
    else this.#separator = { kind: 'regex', regex: this.regex(text) };
    return this.#separator;
  }

  countRecord(): void {
    this.globals[NR] = toNumber(this.globals[NR]) + 1;
    this.globals[FNR] = toNumber(this.globals[FNR]) + 1;
  }

  /** The next record if it is in the buffer already. */
  takeRecord(): string | undefined {
    return this.#reader?.take(this.separator());
  }

  /** The next record of the main input, waiting for it; undefined at the end of all files. */
  *nextRecord(): Task<string | undefined> {
    for (;;) {
      if (this.#reader === undefined && !(yield* this.#openNext())) return undefined;
      const reader = this.#reader as unknown as RecordReader;
      const record = yield* reader.next(this.separator());
      if (record !== undefined) return record;
      if (reader.error !== undefined) {
        throw new AwkFatal(`i/o error occurred on ${this.text(FILENAME)}`);
      }
      yield* this.#close();
    }
  }

  *#close(): Task<void> {
    const fd = this.#reader?.fd ?? 0;
    if (fd !== 0) yield* this.sys.close(fd);
    this.#reader = undefined;
  }

  /** nextfile: what is left of the current file is skipped. */
  *skipFile(): Task<void> {
    yield* this.#close();
  }

  *#openNext(): Task<boolean> {
    const argv = this.array('ARGV');
    const count = toNumber(this.globals[this.slot('ARGC')]);
    while (this.#nextArgument < count) {
      const argument = this.toText(argv.get(String(this.#nextArgument)));
      this.#nextArgument += 1;
      if (argument === '') continue;
      if (/^[A-Za-z_]\w*=/.test(argument)) {
        this.assign(argument);
        continue;
      }
      return yield* this.#open(argument);
    }
    if (this.#usedFile) return false;
    return yield* this.#open('-');
  }

  *#open(name: string): Task<boolean> {
    this.#usedFile = true;
    const fd = yield* openOperand(this.sys, latin1ToUtf8(name));
    if (isErrno(fd)) throw new AwkFatal(`can't open file ${latin1ToUtf8(name)}`);
    this.#reader = new RecordReader(this.sys, fd);
    this.globals[FILENAME] = name === '-' ? '' : name;
    this.globals[FNR] = 0;
    return true;
  }

  /** ARGV, ARGC and ENVIRON. */
  setUp(name: string, operands: readonly string[]): void {
    const argv = this.array('ARGV');
    [name, ...operands].forEach((word, i) => {
      argv.set(String(i), new InputText(utf8ToLatin1(word)));
    });
    this.globals[this.slot('ARGC')] = operands.length + 1;
    const environ = this.array('ENVIRON');
    for (const [key, value] of this.sys.env) {
      environ.set(utf8ToLatin1(key), new InputText(utf8ToLatin1(value)));
    }
  }

  *warn(message: string): Task<void> {
    yield* this.#io.warn(message);
  }

  /** Uniform in 0 … 1. @see the minimal standard generator of Park and Miller */
  random(): number {
    this.randomState = (this.randomState * 48_271) % 2_147_483_647;
    return this.randomState / 2_147_483_647;
  }

  setSeed(seed: number): number {
    const before = this.seed;
    this.seed = seed;
    const state = Math.abs(Math.trunc(seed)) % 2_147_483_646;
    this.randomState = (state + 1) % 2_147_483_647;
    for (let i = 0; i < 3; i += 1) this.random();
    return before;
  }
}
