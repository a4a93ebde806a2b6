/** What a sed script is once it is parsed. @man sed(1) */
import type { Regex } from '#lib/libc/regex.ts';

/** `undefined` regex: the last one used at run time (an empty pattern). */
export type Address =
  | { readonly kind: 'line'; readonly number: number }
  | { readonly kind: 'last' }
  | { readonly kind: 'regex'; readonly regex: Regex | undefined }
  /** As a second address: so many lines more. */
  | { readonly kind: 'more'; readonly count: number };

/** Text, `&` (group 0) and `\1` … `\9`. */
export type Replacement = readonly (string | number)[];

export interface Substitution {
  readonly regex: Regex | undefined;
  readonly replacement: Replacement;
  readonly isGlobal: boolean;
  /** Replace from the N-th match on. */
  readonly occurrence: number;
  readonly prints: boolean;
  readonly file: string | undefined;
}

export interface SedCommand {
  readonly letter: string;
  readonly addresses: readonly Address[];
  readonly negated: boolean;
  /** a i c: the text; b t : : the label; r w: the file; q: nothing. */
  readonly text: string;
  readonly substitution: Substitution | undefined;
  /** y: what each character becomes. */
  readonly transform: ReadonlyMap<string, string> | undefined;
  /** `{`: index of its `}`; b and t: index of the label, or the end of the script. */
  target: number;
  /** State of a range: the line it ends at, 0 while it is not active. */
  isActive: boolean;
  lastLine: number;
}
