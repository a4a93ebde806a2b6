/**
 * A deterministic automaton made while it runs: time is linear in the text whatever the pattern.
 * A state is the set of instructions that wait for a character, with the kind of the character
 * before; anchors are decided when the next character is known, so a match shows one step late. Symbol
 * 256 stands for the border of the text. The table of states is dropped when it grows too large.
 * @see R. Cox, "Regular Expression Matching in the Wild" (the lazy automaton)
 */
import { type Instruction, compileProgram } from '#lib/libc/regex/program.ts';
import { type Assertion, type RegexNode, inSet, isWordCode } from '#lib/libc/regex/syntax.ts';

const BORDER = 256;
const SYMBOLS = 257;
const STATE_LIMIT = 1500;
const UNKNOWN = -1;

/** What stands before a position, as far as anchors care. */
type Context = 'border' | 'word' | 'other';

interface State {
  /** Instructions to follow once the next symbol is known. */
  readonly roots: readonly number[];
  readonly context: Context;
}

export class Dfa {
  readonly #program: readonly Instruction[];
  readonly #isReversed: boolean;
  /** Whether a match may begin at every position, not only at the first. */
  readonly #isFloating: boolean;
  #states: State[] = [];
  #index = new Map<string, number>();
  /** By state × SYMBOLS + symbol: next state × 2 + (1 when a match ended before), or UNKNOWN. */
  #steps = new Int32Array(0);

  constructor(root: RegexNode, isReversed: boolean, isFloating: boolean) {
    this.#program = compileProgram(root, isReversed);
    this.#isReversed = isReversed;
    this.#isFloating = isFloating;
  }

  #contextOf(code: number): Context {
    return code === BORDER ? 'border' : isWordCode(code) ? 'word' : 'other';
  }

  #stateFor(roots: readonly number[], context: Context): number {
    const key = `${context} ${roots.join(',')}`;
    const known = this.#index.get(key);
    if (known !== undefined) return known;
    const number = this.#states.push({ roots, context }) - 1;
    const size = this.#states.length * SYMBOLS;
    if (size > this.#steps.length) {
      const larger = new Int32Array(Math.max(8 * SYMBOLS, size * 2)).fill(UNKNOWN);
      larger.set(this.#steps);
      this.#steps = larger;
    }
    this.#index.set(key, number);
    return number;
  }

  #holds(assertion: Assertion, before: Context, symbol: number): boolean {
    const after = this.#contextOf(symbol);
    const left = this.#isReversed ? after : before;
    const right = this.#isReversed ? before : after;
    const isBoundary = (left === 'word') !== (right === 'word');
    switch (assertion) {
      case 'bol':
        return left === 'border';
      case 'eol':
        return right === 'border';
      case 'wordStart':
        return left !== 'word' && right === 'word';
      case 'wordEnd':
        return left === 'word' && right !== 'word';
      case 'wordBoundary':
        return isBoundary;
      case 'notBoundary':
        return !isBoundary;
    }
  }

  #step(from: number, symbol: number): number {
    const state = this.#states[from] as State;
    const seen = new Set<number>();
    const next = new Set<number>();
    const pending = state.roots.toReversed();
    let isMatch = false;
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      const instruction = this.#program[at] as Instruction;
      if (instruction.op === 'match') isMatch = true;
      else if (instruction.op === 'set') {
        if (symbol !== BORDER && inSet(instruction.set, symbol)) next.add(instruction.next);
      } else if (instruction.op === 'assert') {
        if (this.#holds(instruction.assertion, state.context, symbol)) {
          pending.push(instruction.next);
        }
      } else if (instruction.op === 'split') pending.push(instruction.other, instruction.next);
      else pending.push(instruction.next);
    }
    if (this.#isFloating) next.add(0);
    const roots = [...next].sort((a, b) => a - b);
    const step = this.#stateFor(roots, this.#contextOf(symbol)) * 2 + (isMatch ? 1 : 0);
    this.#steps[from * SYMBOLS + symbol] = step;
    return step;
  }

  #start(context: Context): number {
    if (this.#states.length > STATE_LIMIT) this.#clear();
    return this.#stateFor([0], context);
  }

  #contextAt(text: string, at: number): Context {
    return at < 0 || at >= text.length ? 'border' : this.#contextOf(text.charCodeAt(at));
  }

  /** Whether some match begins at or after `from` (floating automata read on to the first end). */
  test(text: string, from: number): boolean {
    return this.#run(text, from, true) >= 0;
  }

  /** The end of the longest match that begins at `from`, or −1. */
  longest(text: string, from: number): number {
    return this.#run(text, from, false);
  }

  #run(text: string, from: number, stopAtFirst: boolean): number {
    let state = this.#start(this.#contextAt(text, from - 1));
    let steps = this.#steps;
    let end = -1;
    for (let at = from; ; at += 1) {
      const symbol = at < text.length ? text.charCodeAt(at) & 255 : BORDER;
      let step = steps[state * SYMBOLS + symbol] as number;
      if (step === UNKNOWN) {
        if (this.#states.length > 4 * STATE_LIMIT) state = this.#restart(state);
        step = this.#step(state, symbol);
        steps = this.#steps;
      }
      if ((step & 1) === 1) {
        end = at;
        if (stopAtFirst) return end;
      }
      state = step >> 1;
      if (symbol === BORDER) return end;
      if (!this.#isFloating && (this.#states[state] as State).roots.length === 0) return end;
    }
  }

  /** For reversed floating automata: 1 at every position (0 … length) where a match begins. */
  allStarts(text: string): Uint8Array {
    const starts = new Uint8Array(text.length + 1);
    let state = this.#start('border');
    for (let at = text.length - 1; at >= -1; at -= 1) {
      const symbol = at >= 0 ? text.charCodeAt(at) & 255 : BORDER;
      let step = this.#steps[state * SYMBOLS + symbol] as number;
      if (step === UNKNOWN) step = this.#step(state, symbol);
      if ((step & 1) === 1) starts[at + 1] = 1;
      state = step >> 1;
      if (this.#states.length > 4 * STATE_LIMIT) state = this.#restart(state);
    }
    return starts;
  }

  /** Drops all states but the current one in the midst of a long text. */
  #restart(state: number): number {
    const { roots, context } = this.#states[state] as State;
    this.#clear();
    return this.#stateFor(roots, context);
  }

  #clear(): void {
    this.#states = [];
    this.#index = new Map();
    this.#steps.fill(UNKNOWN);
  }
}
