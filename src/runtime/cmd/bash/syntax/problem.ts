/** A syntax error as unbash reports it, on its way to the sentence bash would print. */
export class ParseProblem extends Error {
  override readonly name = 'ParseProblem';
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }
}
