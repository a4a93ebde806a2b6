/** Finds where text stops being JSON, and says so in the words of the json tool. */

export interface SyntaxProblem {
  readonly message: string;
  /** Offset of the character that does not fit. */
  readonly offset: number;
}

class Problem extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const STRING = /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** One value and nothing after it. */
  whole(): void {
    this.#value();
    this.#blanks();
    if (this.#at < this.#text.length) this.#fail('Syntax error');
  }

  #fail(message: string): never {
    throw new Problem(message, this.#at);
  }

  #blanks(): void {
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }

  #expect(character: string): void {
    const found = this.#text[this.#at] ?? '';
    if (found !== character) this.#fail(`Expected '${character}' instead of '${found}'`);
    this.#at += 1;
  }

  #value(): void {
    this.#blanks();
    const first = this.#text[this.#at] ?? '';
    if (first === '{') this.#object();
    else if (first === '[') this.#array();
    else if (first === '"') this.#string();
    else if (/[-\d]/.test(first)) this.#number();
    else {
      const word = { t: 'true', f: 'false', n: 'null' }[first];
      if (word === undefined) this.#fail(`Unexpected '${first}'`);
      for (const letter of word) this.#expect(letter);
    }
  }

  #number(): void {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (match === null) this.#fail('Bad number');
    this.#at += match[0].length;
  }

  #string(): void {
    STRING.lastIndex = this.#at;
    this.#at += STRING.exec(this.#text)?.[0].length ?? 0;
    if (this.#text[this.#at] !== '"') this.#fail('Bad string');
    this.#at += 1;
  }

  #object(): void {
    this.#at += 1;
    this.#blanks();
    if (this.#text[this.#at] === '}') {
      this.#at += 1;
      return;
    }
    for (;;) {
      this.#blanks();
      if (this.#text[this.#at] !== '"') this.#fail('Bad string');
      this.#string();
      this.#blanks();
      this.#expect(':');
      this.#value();
      this.#blanks();
      if (this.#text[this.#at] === '}') break;
      this.#expect(',');
    }
    this.#at += 1;
  }

  #array(): void {
    this.#at += 1;
    this.#blanks();
    if (this.#text[this.#at] === ']') {
      this.#at += 1;
      return;
    }
    for (;;) {
      this.#value();
      this.#blanks();
      if (this.#text[this.#at] === ']') break;
      this.#expect(',');
    }
    this.#at += 1;
  }
}

/** What is wrong with `text`; undefined when it is one JSON value. */
export function syntaxProblem(text: string): SyntaxProblem | undefined {
  try {
    new Scanner(text).whole();
    return undefined;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { message: error.message, offset: error.offset };
  }
}

/** `… at line 1, column 2:` with the line and a pointer to the place. */
export function describeProblem(text: string, { message, offset }: SyntaxProblem): string {
  const before = text.slice(0, offset).split('\n');
  const line = text.split('\n')[before.length - 1] ?? '';
  const column = (before.at(-1) ?? '').length;
  const pointer = `${'.'.repeat(column)}^`;
  const place = `line ${before.length}, column ${column + 1}`;
  return `${message} at ${place}:\n        ${line}\n        ${pointer}`;
}
