/**
 * The text being paged: lines that are read only as far as somebody looks. A file may grow, a pipe
 * may have no more for now.
 */
import { concatBytes } from '#base/bytes.ts';
import { decodeText } from '#lib/libcurses/bytes-text.ts';

const NEWLINE = 10;

export class TextSource {
  /** What the prompt calls it; undefined for standard input. */
  readonly name: string | undefined;
  /** Size of the whole file when it is one. */
  readonly sizeBytes: number | undefined;
  readonly #lines: string[] = [];
  /** Bytes before each line, for percentages; one entry more than there are lines. */
  readonly #offsets: number[] = [0];
  #partial: Uint8Array[] = [];
  #isComplete = false;

  constructor(name: string | undefined, sizeBytes: number | undefined) {
    this.name = name;
    this.sizeBytes = sizeBytes;
  }

  /** Lines known so far; the last one may grow. */
  get lineCount(): number {
    return this.#lines.length + (this.#partial.length > 0 ? 1 : 0);
  }

  /** Everything has been read. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  line(index: number): string {
    if (index < this.#lines.length) return this.#lines[index] as string;
    if (index > this.#lines.length) return '';
    return decodeText(concatBytes(this.#partial));
  }

  /** Bytes before line `index`. */
  offsetOf(index: number): number {
    return this.#offsets[Math.min(index, this.#lines.length)] as number;
  }

  /** Bytes read so far. */
  get readBytes(): number {
    let size = this.#offsets.at(-1) as number;
    for (const piece of this.#partial) size += piece.length;
    return size;
  }

  /** Takes more text; the buffer is the caller's. */
  append(bytes: Uint8Array): void {
    this.#isComplete = false;
    const last = bytes.lastIndexOf(NEWLINE);
    if (last >= 0)
      this.#addLines(concatBytes([...this.#partial.splice(0), bytes.subarray(0, last)]));
    if (last + 1 < bytes.length) this.#partial.push(bytes.slice(last + 1));
  }

  /** Whole lines at once: decoding each by itself would take ten times as long. */
  #addLines(block: Uint8Array): void {
    const text = decodeText(block);
    const isAscii = text.length === block.length;
    let offset = this.#offsets.at(-1) as number;
    let at = 0;
    for (const line of text.split('\n')) {
      this.#lines.push(line);
      let size = line.length;
      if (!isAscii) {
        const end = block.indexOf(NEWLINE, at);
        size = (end < 0 ? block.length : end) - at;
        at += size + 1;
      }
      offset += size + 1;
      this.#offsets.push(offset);
    }
  }

  end(): void {
    this.#isComplete = true;
  }
}
