/** A disk, volume or image that is not what it claims to be: which structure, where, what. */
export class MediaError extends Error {
  override readonly name = 'MediaError';
  /** The structure's name in its specification, e.g. `GPT header`. */
  readonly structure: string;
  readonly offsetBytes: number;

  constructor(structure: string, offsetBytes: number, problem: string) {
    super(`${structure} at byte ${offsetBytes}: ${problem}`);
    this.structure = structure;
    this.offsetBytes = offsetBytes;
  }
}
