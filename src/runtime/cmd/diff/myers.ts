/**
 * The shortest edit script of two sequences of numbers (equal lines have equal numbers), by Myers's
 * linear-space algorithm. Lines that the other side does not have at all are set aside first, which
 * makes entirely different files cheap. Past a cost limit the middle is guessed, so that the time stays
 * bounded; the script is then right but not the shortest.
 * @see E. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986
 */

/** Flags of the lines that changed: deleted in `a`, inserted in `b`. */
export interface Changes {
  readonly a: Uint8Array;
  readonly b: Uint8Array;
}

/** Differences that are looked for before the middle is guessed. */
const COST_LIMIT = 4096;

export function findChanges(a: readonly number[], b: readonly number[]): Changes {
  const changes: Changes = { a: new Uint8Array(a.length), b: new Uint8Array(b.length) };
  const inA = new Set(a);
  const inB = new Set(b);
  const keepA: number[] = [];
  const keepB: number[] = [];
  a.forEach((line, i) => {
    if (inB.has(line)) keepA.push(i);
    else changes.a[i] = 1;
  });
  b.forEach((line, i) => {
    if (inA.has(line)) keepB.push(i);
    else changes.b[i] = 1;
  });
  new Search(a, b, keepA, keepB, changes).run();
  slide(a, changes.a, changes.b);
  slide(b, changes.b, changes.a);
  return changes;
}

class Search {
  readonly #a: Int32Array;
  readonly #b: Int32Array;
  readonly #keepA: readonly number[];
  readonly #keepB: readonly number[];
  readonly #changes: Changes;
  readonly #forward: Int32Array;
  readonly #backward: Int32Array;
  readonly #offset: number;

  constructor(
    a: readonly number[],
    b: readonly number[],
    keepA: readonly number[],
    keepB: readonly number[],
    changes: Changes,
  ) {
    this.#a = Int32Array.from(keepA, (i) => a[i] as number);
    this.#b = Int32Array.from(keepB, (i) => b[i] as number);
    this.#keepA = keepA;
    this.#keepB = keepB;
    this.#changes = changes;
    const size = keepA.length + keepB.length + 3;
    this.#forward = new Int32Array(size);
    this.#backward = new Int32Array(size);
    this.#offset = keepB.length + 1;
  }

  run(): void {
    const pending: [number, number, number, number][] = [[0, this.#a.length, 0, this.#b.length]];
    for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
      let [aStart, aEnd, bStart, bEnd] = part;
      while (aStart < aEnd && bStart < bEnd && this.#a[aStart] === this.#b[bStart]) {
        aStart += 1;
        bStart += 1;
      }
      while (aStart < aEnd && bStart < bEnd && this.#a[aEnd - 1] === this.#b[bEnd - 1]) {
        aEnd -= 1;
        bEnd -= 1;
      }
      if (aStart === aEnd) {
        for (let i = bStart; i < bEnd; i += 1) this.#changes.b[this.#keepB[i] as number] = 1;
      } else if (bStart === bEnd) {
        for (let i = aStart; i < aEnd; i += 1) this.#changes.a[this.#keepA[i] as number] = 1;
      } else {
        const [x, y] = this.#middle(aStart, aEnd, bStart, bEnd);
        pending.push([x, aEnd, y, bEnd], [aStart, x, bStart, y]);
      }
    }
  }

  /** A point on a shortest path, found from both ends at once. */
  #middle(aStart: number, aEnd: number, bStart: number, bEnd: number): readonly [number, number] {
    const forward = this.#forward;
    const backward = this.#backward;
    const at = this.#offset;
    const first = aStart - bStart;
    const last = aEnd - bEnd;
    const isOdd = ((first - last) & 1) !== 0;
    forward[at + first] = aStart;
    backward[at + last] = aEnd;
    let [fMin, fMax, bMin, bMax] = [first, first, last, last];
    const [low, high] = [aStart - bEnd, aEnd - bStart];
    for (let cost = 1; ; cost += 1) {
      if (fMin > low) forward[at + --fMin - 1] = -1;
      else fMin += 1;
      if (fMax < high) forward[at + ++fMax + 1] = -1;
      else fMax -= 1;
      for (let d = fMax; d >= fMin; d -= 2) {
        const below = forward[at + d - 1] as number;
        const above = forward[at + d + 1] as number;
        let x = below < above ? above : below + 1;
        while (x < aEnd && x - d < bEnd && this.#a[x] === this.#b[x - d]) x += 1;
        forward[at + d] = x;
        if (isOdd && bMin <= d && d <= bMax && (backward[at + d] as number) <= x) return [x, x - d];
      }
      if (bMin > low) backward[at + --bMin - 1] = 0x7fffffff;
      else bMin += 1;
      if (bMax < high) backward[at + ++bMax + 1] = 0x7fffffff;
      else bMax -= 1;
      for (let d = bMax; d >= bMin; d -= 2) {
        const below = backward[at + d - 1] as number;
        const above = backward[at + d + 1] as number;
        let x = below < above ? below : above - 1;
        while (x > aStart && x - d > bStart && this.#a[x - 1] === this.#b[x - d - 1]) x -= 1;
        backward[at + d] = x;
        if (!isOdd && fMin <= d && d <= fMax && x <= (forward[at + d] as number)) {
          return [x, x - d];
        }
      }
      if (cost >= COST_LIMIT) return this.#furthest(fMin, fMax, aEnd, bEnd);
    }
  }

  /** The point that the forward search brought furthest. */
  #furthest(fMin: number, fMax: number, aEnd: number, bEnd: number): readonly [number, number] {
    let best: [number, number] = [0, 0];
    let sum = -1;
    for (let d = fMax; d >= fMin; d -= 2) {
      let x = Math.min(this.#forward[this.#offset + d] as number, aEnd);
      if (x - d > bEnd) x = bEnd + d;
      if (x * 2 - d > sum) {
        sum = x * 2 - d;
        best = [x, x - d];
      }
    }
    return best;
  }
}

/**
 * Moves each run of changed lines as far down as equal lines let it, and joins runs that meet: of all
 * shortest scripts the one people expect. A run that can be moved to where the other side changes too
 * is put there.
 */
function slide(lines: readonly number[], changed: Uint8Array, other: Uint8Array): void {
  const end = lines.length;
  let i = 0;
  let j = 0;
  for (;;) {
    while (i < end && changed[i] === 0) {
      while (other[j] === 1) j += 1;
      j += 1;
      i += 1;
    }
    if (i === end) return;
    let start = i;
    while (changed[i] === 1) i += 1;
    while (other[j] === 1) j += 1;
    let corresponding: number;
    let size: number;
    do {
      size = i - start;
      while (start > 0 && lines[start - 1] === lines[i - 1]) {
        start -= 1;
        i -= 1;
        changed[start] = 1;
        changed[i] = 0;
        while (changed[start - 1] === 1) start -= 1;
        do j -= 1;
        while (other[j] === 1);
      }
      corresponding = other[j - 1] === 1 ? i : end;
      while (i < end && lines[start] === lines[i]) {
        changed[start] = 0;
        changed[i] = 1;
        start += 1;
        i += 1;
        while (changed[i] === 1) i += 1;
        j += 1;
        while (other[j] === 1) {
          corresponding = i;
          j += 1;
        }
      }
    } while (size !== i - start);
    while (corresponding < i) {
      start -= 1;
      i -= 1;
      changed[start] = 1;
      changed[i] = 0;
      do j -= 1;
      while (other[j] === 1);
    }
  }
}
