/**
 * A regular expression as a list of instructions (Thompson's construction): what the automaton
 * (dfa.ts) and the search for submatches (submatch.ts) run. Back-references have no program.
 */
import type { Assertion, CharSet, RegexNode } from '#lib/libc/regex/syntax.ts';
import { RegexError } from '#lib/libc/regex/regex-error.ts';

export type Instruction =
  | { readonly op: 'set'; readonly set: CharSet; next: number }
  /** Both ways are open; `next` is preferred. */
  | { readonly op: 'split'; next: number; other: number }
  | { readonly op: 'jump'; next: number }
  | { readonly op: 'save'; readonly slot: number; next: number }
  | { readonly op: 'assert'; readonly assertion: Assertion; next: number }
  | { readonly op: 'match' };

/** Counted repeats are unrolled, so a small pattern can ask for a huge program. */
const INSTRUCTION_LIMIT = 60_000;

/** The program of `root`; with `isReversed` it matches the text read from right to left. */
export function compileProgram(root: RegexNode, isReversed: boolean): readonly Instruction[] {
  const builder = new Builder(isReversed);
  builder.node(root);
  builder.add({ op: 'match' });
  return builder.program;
}

class Builder {
  readonly program: Instruction[] = [];
  readonly #isReversed: boolean;

  constructor(isReversed: boolean) {
    this.#isReversed = isReversed;
  }

  add(instruction: Instruction): number {
    if (this.program.length >= INSTRUCTION_LIMIT) throw new RegexError('out of memory');
    return this.program.push(instruction) - 1;
  }

  /** Emits `node`; control goes on at the next instruction emitted. */
  node(node: RegexNode): void {
    const next = this.program.length + 1;
    switch (node.kind) {
      case 'empty':
        return;
      case 'set':
        this.add({ op: 'set', set: node.set, next });
        return;
      case 'assert':
        this.add({ op: 'assert', assertion: node.assertion, next });
        return;
      case 'concat':
        for (const part of this.#isReversed ? node.parts.toReversed() : node.parts) {
          this.node(part);
        }
        return;
      case 'group':
        this.add({ op: 'save', slot: node.index * 2 + (this.#isReversed ? 1 : 0), next });
        this.node(node.body);
        this.add({
          op: 'save',
          slot: node.index * 2 + (this.#isReversed ? 0 : 1),
          next: this.program.length + 1,
        });
        return;
      case 'either':
        this.#either(node.options);
        return;
      case 'repeat':
        this.#repeat(node.body, node.min, node.max);
        return;
      case 'back':
        throw new RegexError('invalid backreference number');
    }
  }

  #either(options: readonly RegexNode[]): void {
    const exits: Instruction[] = [];
    options.forEach((option, index) => {
      if (index === options.length - 1) {
        this.node(option);
        return;
      }
      const split = { op: 'split' as const, next: this.program.length + 1, other: 0 };
      this.add(split);
      this.node(option);
      const exit = { op: 'jump' as const, next: 0 };
      this.add(exit);
      exits.push(exit);
      split.other = this.program.length;
    });
    for (const exit of exits) if (exit.op === 'jump') exit.next = this.program.length;
  }

  #repeat(body: RegexNode, min: number, max: number): void {
    for (let i = 0; i < min; i += 1) this.node(body);
    if (max === Infinity) {
      const split = { op: 'split' as const, next: this.program.length + 1, other: 0 };
      const head = this.add(split);
      this.node(body);
      this.add({ op: 'jump', next: head });
      split.other = this.program.length;
      return;
    }
    const splits: { other: number }[] = [];
    for (let i = min; i < max; i += 1) {
      const split = { op: 'split' as const, next: this.program.length + 1, other: 0 };
      this.add(split);
      splits.push(split);
      this.node(body);
    }
    for (const split of splits) split.other = this.program.length;
  }
}
