/**
 * Ends the running command: the message (if any) goes to the bottom line, the bell rings, and keys
 * waiting from a macro or a repeat are dropped. Thrown inside the editor only; the command loop
 * catches it.
 */
export class ViError extends Error {
  override readonly name = 'ViError';
}

/** The terminal is gone: no key will come any more. */
export class InputEnded extends Error {
  override readonly name = 'InputEnded';
}
