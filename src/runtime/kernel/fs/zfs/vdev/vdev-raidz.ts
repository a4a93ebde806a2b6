/**
 * raidz1, 2 and 3: data and parity in columns over the children, of every block anew (no fixed
 * stripe, so no write hole). Reads take the data columns only; when one fails or the whole does not
 * verify, parity is read and every combination of bad columns that parity can mend is tried.
 * @see uts/common/fs/zfs/vdev_raidz.c
 */
import { concatBytes, equalBytes } from '#base/bytes.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import {
  unreadable,
  Vdev,
  type VdevAux,
  type VdevIdentity,
  type VdevState,
  type Verify,
} from './vdev.ts';
import { VdevDisk } from './vdev-disk.ts';
import { flushChildren, repair, rewriteMissing } from './vdev-mirror.ts';
import { raidzAsize, type RaidzColumn, type RaidzMap, raidzMap } from './vdev-raidz-map.ts';
import { RaidzMachine } from './raidz-machine.ts';
import { type RaidzArithmetic, raidzReconstruct } from './vdev-raidz-math.ts';

export class VdevRaidz extends Vdev {
  readonly parityCount: number;
  #machine: RaidzMachine | undefined;

  constructor(identity: VdevIdentity, children: readonly Vdev[], parityCount: number) {
    super(identity, children);
    this.parityCount = parityCount;
  }

  get state(): VdevState {
    const lost = this.children.filter((child) => !child.isReadable).length;
    if (lost > this.parityCount) return 'UNAVAIL';
    return this.children.every((child) => child.state === 'ONLINE') ? 'ONLINE' : 'DEGRADED';
  }

  get aux(): VdevAux {
    return this.state === 'UNAVAIL' ? 'NO_REPLICAS' : 'NONE';
  }

  isMissing(txg: number): boolean {
    return this.children.some((child) => child.isMissing(txg));
  }

  hasLost(txg: number): boolean {
    const lost = this.children.filter((child) => !child.isReadable || child.hasLost(txg));
    return lost.length > this.parityCount;
  }

  override psizeToAsize(psize: number): number {
    return raidzAsize(psize, this.ashift, this.children.length, this.parityCount);
  }

  get #arithmetic(): RaidzMachine {
    this.#machine ??= new RaidzMachine();
    return this.#machine;
  }

  #map(offset: number, size: number): RaidzMap {
    return raidzMap(offset, size, this.ashift, this.children.length, this.parityCount);
  }

  /** A column's bytes unjudged; null when its child fails or has missed `txg`. */
  #readColumn(column: RaidzColumn, txg: number): Uint8Array | null {
    const child = this.children[column.child] as Vdev;
    if (txg !== 0 && child.hasLost(txg)) return null;
    if (child instanceof VdevDisk) return child.tryRead(column.offset, column.size);
    try {
      return child.read(column.offset, column.size, () => true, txg);
    } catch (error) {
      if (!(error instanceof ZfsError)) throw error;
      return null;
    }
  }

  read(offset: number, size: number, verify: Verify, txg = 0): Uint8Array {
    this.stats.readOps += 1;
    const { columns, parityCount } = this.#map(offset, size);
    const dataColumns = columns.slice(parityCount);
    const data = dataColumns.map((column) => this.#readColumn(column, txg));
    if (data.every((column) => column !== null)) {
      const bytes = concatBytes(data);
      if (verify(bytes)) {
        this.stats.readBytes += size;
        return bytes;
      }
    }
    const parity = columns.slice(0, parityCount).map((column) => this.#readColumn(column, txg));
    const mended = mend(dataColumns, data, parity, verify, this.#arithmetic);
    if (mended === null) {
      const sawBytes =
        data.filter((column) => column !== null).length +
          parity.filter((column) => column !== null).length >=
        dataColumns.length;
      if (sawBytes) this.stats.checksumErrors += 1;
      else this.stats.readErrors += 1;
      throw unreadable(this, offset, sawBytes);
    }
    this.stats.readBytes += size;
    this.#repair(columns, [...parity, ...data], mended, txg);
    return concatBytes(mended);
  }

  scrub(offset: number, size: number, verify: Verify, txg = 0): Uint8Array {
    const { columns, parityCount } = this.#map(offset, size);
    const dataColumns = columns.slice(parityCount);
    const parity = columns.slice(0, parityCount).map((column) => this.#readColumn(column, txg));
    const data = dataColumns.map((column) => this.#readColumn(column, txg));
    const mended = mend(dataColumns, data, parity, verify, this.#arithmetic);
    if (mended === null) throw unreadable(this, offset, true);
    this.#repair(columns, [...parity, ...data], mended, txg);
    return concatBytes(mended);
  }

  resilver(offset: number, size: number, verify: Verify, txg: number): Uint8Array {
    const bytes = this.read(offset, size, verify, txg);
    const { columns, parityCount } = this.#map(offset, size);
    if (columns.every(({ child }) => !(this.children[child] as Vdev).isMissing(txg))) return bytes;
    const data = this.#split(columns, bytes);
    const parity = this.#arithmetic.generate(data, parityCount, columns[0]?.size ?? 0);
    for (const [i, content] of [...parity, ...data].entries()) {
      const column = columns[i] as RaidzColumn;
      rewriteMissing(this.children[column.child] as Vdev, column.offset, content, txg);
    }
    return bytes;
  }

  /** The data columns of a block. */
  #split(columns: readonly RaidzColumn[], bytes: Uint8Array): Uint8Array[] {
    const aligned = (bytes.byteOffset & 3) === 0 ? bytes : bytes.slice();
    let at = 0;
    return columns.slice(this.parityCount).map((column) => {
      at += column.size;
      return aligned.subarray(at - column.size, at);
    });
  }

  /** Writes again every column that was not what the mended data says. */
  #repair(
    columns: readonly RaidzColumn[],
    asRead: readonly (Uint8Array | null)[],
    data: readonly Uint8Array[],
    txg: number,
  ): void {
    const parity = this.#arithmetic.generate(data, this.parityCount, columns[0]?.size ?? 0);
    const right = [...parity, ...data];
    columns.forEach((column, i) => {
      const was = asRead[i] ?? null;
      const child = this.children[column.child] as Vdev;
      const isRight = was !== null && equalBytes(was, right[i] as Uint8Array);
      // Who missed the block is the resilver's business.
      if (isRight || (txg !== 0 && child.hasLost(txg))) return;
      if (was !== null && child instanceof VdevDisk) {
        child.noteChecksumError(column.offset, column.size);
      }
      repair(child, column.offset, right[i] as Uint8Array, txg);
    });
  }

  write(offset: number, bytes: Uint8Array, txg = 0): void {
    this.stats.writeOps += 1;
    const { columns, parityCount } = this.#map(offset, bytes.length);
    const data = this.#split(columns, bytes);
    const parity = this.#arithmetic.generate(data, parityCount, columns[0]?.size ?? 0);
    let failed = 0;
    [...parity, ...data].forEach((content, i) => {
      const column = columns[i] as RaidzColumn;
      try {
        (this.children[column.child] as Vdev).write(column.offset, content, txg);
      } catch (error) {
        if (!(error instanceof ZfsError)) throw error;
        failed += 1;
      }
    });
    if (failed > parityCount) {
      this.stats.writeErrors += 1;
      throw new ZfsError(
        'EIO',
        `Cannot write raidz-${this.id} at ${offset}: ${failed} columns failed`,
      );
    }
    this.stats.writeBytes += bytes.length;
  }

  flush(): void {
    flushChildren(this, this.children.length - this.parityCount);
  }
}

/** All ways to choose `count` of the numbers below `total`. */
function* combinations(total: number, count: number, from = 0): Generator<number[]> {
  if (count === 0) {
    yield [];
    return;
  }
  for (let first = from; first <= total - count; first += 1) {
    for (const rest of combinations(total, count - 1, first + 1)) yield [first, ...rest];
  }
}

/**
 * The data columns as they should be, or null. Columns that could not be read are always taken as
 * missing; beyond them 0, 1, … further ones are suspected, and also each parity column.
 */
function mend(
  columns: readonly RaidzColumn[],
  data: readonly (Uint8Array | null)[],
  parity: readonly (Uint8Array | null)[],
  verify: Verify,
  arithmetic: RaidzArithmetic,
): Uint8Array[] | null {
  const sizes = columns.map((column) => column.size);
  const all = [...parity, ...data];
  const readable = all.flatMap((column, i) => (column === null ? [] : [i]));
  const spare = readable.length - columns.length;
  for (let suspects = 0; suspects <= spare; suspects += 1) {
    for (const chosen of combinations(readable.length, suspects)) {
      const bad = new Set(chosen.map((i) => readable[i] as number));
      const kept = all.map((column, i) => (bad.has(i) ? null : column));
      const tryData = kept.slice(parity.length);
      const keptParity = kept.slice(0, parity.length);
      const rebuilt = raidzReconstruct(tryData, sizes, keptParity, arithmetic);
      if (rebuilt === null) continue;
      let next = 0;
      const whole = tryData.map((column) => column ?? (rebuilt[next++] as Uint8Array));
      if (verify(concatBytes(whole))) return whole;
    }
  }
  return null;
}
