/**
 * Finds the keys that leave a console among those that are for it: Ctrl-] anywhere, `~.` at the start
 * of a line, as with ssh, cu and zlogin. `~~` sends one `~`.
 * @man zlogin(8), "Escape sequences"
 */
const CTRL_BRACKET = 0x1d;
const TILDE = 0x7e;
const DOT = 0x2e;
const CR = 0x0d;
const LF = 0x0a;

export class EscapeFilter {
  readonly #leave: () => void;
  #isLineStart = true;
  #hasTilde = false;

  constructor(leave: () => void) {
    this.#leave = leave;
  }

  /** The bytes that go on to the console. */
  pass(bytes: Uint8Array): Uint8Array {
    const passed: number[] = [];
    for (const byte of bytes) {
      if (byte === CTRL_BRACKET) {
        this.#leave();
      } else if (this.#hasTilde) {
        this.#hasTilde = false;
        if (byte === DOT) this.#leave();
        else if (byte === TILDE) passed.push(TILDE);
        else passed.push(TILDE, byte);
        this.#isLineStart = byte === CR || byte === LF;
      } else if (byte === TILDE && this.#isLineStart) {
        this.#hasTilde = true;
      } else {
        passed.push(byte);
        this.#isLineStart = byte === CR || byte === LF;
      }
    }
    return Uint8Array.from(passed);
  }
}
