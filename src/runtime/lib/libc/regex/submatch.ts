/**
 * Where the groups of a known match are: a backtracking run over the program that never visits an
 * instruction twice at one position, so that its time is bounded by program × length.
 */
import type { Instruction } from '#lib/libc/regex/program.ts';
import { type Assertion, inSet, isWordCode } from '#lib/libc/regex/syntax.ts';

function isWordAt(text: string, at: number): boolean {
  return at >= 0 && at < text.length && isWordCode(text.charCodeAt(at));
}

function holds(assertion: Assertion, text: string, at: number): boolean {
  const left = isWordAt(text, at - 1);
  const right = isWordAt(text, at);
  switch (assertion) {
    case 'bol':
      return at === 0;
    case 'eol':
      return at === text.length;
    case 'wordStart':
      return !left && right;
    case 'wordEnd':
      return left && !right;
    case 'wordBoundary':
      return left !== right;
    case 'notBoundary':
      return left === right;
  }
}

/** Undo record: put `slots[slot] = value` back; slot −1 = a place to try. */
interface Job {
  readonly slot: number;
  readonly at: number;
  readonly position: number;
}

/** Offsets of all groups ([start, end] pairs, −1 = did not take part) of the match start … end. */
export function findSubmatches(
  program: readonly Instruction[],
  groupCount: number,
  text: string,
  start: number,
  end: number,
): number[] {
  const slots: number[] = new Array<number>((groupCount + 1) * 2).fill(-1);
  const width = end - start + 1;
  const visited = new Uint32Array(((program.length * width) >> 5) + 1);
  const jobs: Job[] = [{ slot: -1, at: 0, position: start }];
  for (let job = jobs.pop(); job !== undefined; job = jobs.pop()) {
    if (job.slot >= 0) {
      slots[job.slot] = job.position;
      continue;
    }
    let { at, position } = job;
    for (;;) {
      const bit = at * width + (position - start);
      const mask = 1 << (bit & 31);
      if (((visited[bit >> 5] as number) & mask) !== 0) break;
      visited[bit >> 5] = (visited[bit >> 5] as number) | mask;
      const instruction = program[at] as Instruction;
      if (instruction.op === 'match') {
        if (position !== end) break;
        slots[0] = start;
        slots[1] = end;
        return slots;
      }
      if (instruction.op === 'set') {
        if (position >= end || !inSet(instruction.set, text.charCodeAt(position))) break;
        position += 1;
      } else if (instruction.op === 'assert') {
        if (!holds(instruction.assertion, text, position)) break;
      } else if (instruction.op === 'split') {
        jobs.push({ slot: -1, at: instruction.other, position });
      } else if (instruction.op === 'save') {
        jobs.push({ slot: instruction.slot, at: 0, position: slots[instruction.slot] as number });
        slots[instruction.slot] = position;
      }
      at = instruction.next;
    }
  }
  slots[0] = start;
  slots[1] = end;
  return slots;
}
