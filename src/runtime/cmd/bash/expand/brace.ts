/**
 * Brace expansion: `a{b,c}d`, `{1..10..2}`, `{a..e}`. Works on the parts of a word before anything
 * else is expanded; everything but unquoted text is opaque to it.
 * @man bash(1) Brace Expansion
 */
import type { Part } from '#cmd/bash/syntax/tree.ts';

/** One unquoted character, or a part that braces don't look into. */
type Atom = string | Part;

/** The words that come out, or undefined when there is nothing to expand. */
export function expandBraces(parts: readonly Part[]): Part[][] | undefined {
  if (!parts.some((part) => part.kind === 'text' && part.text.includes('{'))) return undefined;
  const atoms = parts.flatMap((part): Atom[] =>
    part.kind === 'text' ? Array.from(part.text) : [part],
  );
  const words = expandAtoms(atoms);
  return words.length === 1 ? undefined : words.map(joinAtoms);
}

function joinAtoms(atoms: readonly Atom[]): Part[] {
  const parts: Part[] = [];
  let text = '';
  for (const atom of atoms) {
    if (typeof atom === 'string') {
      text += atom;
      continue;
    }
    if (text !== '') parts.push({ kind: 'text', text });
    text = '';
    parts.push(atom);
  }
  if (text !== '') parts.push({ kind: 'text', text });
  return parts;
}

function expandAtoms(atoms: readonly Atom[]): Atom[][] {
  for (let open = atoms.indexOf('{'); open >= 0; open = atoms.indexOf('{', open + 1)) {
    const group = readGroup(atoms, open);
    if (group === undefined) continue;
    const head = atoms.slice(0, open);
    const tails = expandAtoms(atoms.slice(group.end));
    return group.choices.flatMap((choice) => tails.map((tail) => [...head, ...choice, ...tail]));
  }
  return [[...atoms]];
}

/** The choices of the group that opens at `open`; undefined when it is no valid group. */
function readGroup(
  atoms: readonly Atom[],
  open: number,
): { choices: Atom[][]; end: number } | undefined {
  let depth = 0;
  let start = open + 1;
  const members: Atom[][] = [];
  for (let at = open; at < atoms.length; at += 1) {
    const atom = atoms[at];
    if (atom === '{') depth += 1;
    else if (atom === '}') depth -= 1;
    const isEnd = depth === 0;
    if (!isEnd && !(depth === 1 && atom === ',')) continue;
    members.push(atoms.slice(start, at));
    start = at + 1;
    if (!isEnd) continue;
    if (members.length > 1) {
      return { choices: members.flatMap((member) => expandAtoms(member)), end: at + 1 };
    }
    const sequence = readSequence(members[0] as Atom[]);
    return sequence && { choices: sequence.map((item) => Array.from(item)), end: at + 1 };
  }
  return undefined;
}

const NUMBERS = /^([+-]?\d+)\.\.([+-]?\d+)(?:\.\.([+-]?\d+))?$/;
const LETTERS = /^([A-Za-z])\.\.([A-Za-z])(?:\.\.([+-]?\d+))?$/;

function readSequence(atoms: readonly Atom[]): string[] | undefined {
  if (!atoms.every((atom) => typeof atom === 'string')) return undefined;
  const text = atoms.join('');
  const numbers = NUMBERS.exec(text);
  if (numbers !== null) return numberSequence(numbers);
  const letters = LETTERS.exec(text);
  if (letters === null) return undefined;
  const [, from = '', to = '', step] = letters;
  return range(from.charCodeAt(0), to.charCodeAt(0), Number(step ?? 1)).map((code) =>
    String.fromCharCode(code),
  );
}

function numberSequence(match: RegExpExecArray): string[] {
  const [, from = '', to = '', step] = match;
  const isPadded = /^[+-]?0\d/.test(from) || /^[+-]?0\d/.test(to);
  const width = isPadded ? Math.max(from.length, to.length) : 0;
  return range(Number(from), Number(to), Number(step ?? 1)).map((value) => pad(value, width));
}

function pad(value: number, width: number): string {
  if (value < 0) return `-${String(-value).padStart(width - 1, '0')}`;
  return String(value).padStart(width, '0');
}

function range(from: number, to: number, givenStep: number): number[] {
  const step = Math.max(1, Math.abs(givenStep));
  const values: number[] = [];
  if (from <= to) for (let at = from; at <= to; at += step) values.push(at);
  else for (let at = from; at >= to; at -= step) values.push(at);
  return values;
}
