/**
 * What is wrong with a pattern, in regerror(3C)'s words. Thrown inside the parser only; the door
 * (regex.ts) returns it as a value.
 */
export class RegexError extends Error {
  override readonly name = 'RegexError';
}
