/**
 * The cells of a disk map: how many bytes of each kind lie in each piece of the pool. Bytes may be
 * taken from a cell before they are put there (a block is freed before the walk has seen it), so
 * counts may be below zero for a while.
 */
import {
  BLOCK_KIND_COUNT,
  CELL_BORN,
  CELL_FREED,
  DELTA_CELL_BYTES,
  type DiskMapArea,
} from '#runtime/observation.ts';

interface PlacedArea {
  readonly area: DiskMapArea;
  readonly firstCell: number;
}

export class MapCells {
  readonly areas: readonly DiskMapArea[];
  readonly count: number;
  /** By vdev. */
  readonly #placed: ReadonlyMap<number, readonly PlacedArea[]>;
  readonly #bytes: Float64Array;
  readonly #cellBytes: Float64Array;
  /** Cells that changed since they were told, with what happened in them. */
  readonly #changed: Map<number, number> = new Map();

  constructor(areas: readonly DiskMapArea[]) {
    this.areas = areas;
    const placed = new Map<number, PlacedArea[]>();
    let count = 0;
    for (const area of areas) {
      const others = placed.get(area.vdev) ?? [];
      placed.set(area.vdev, [...others, { area, firstCell: count }]);
      count += area.cellCount;
    }
    this.count = count;
    this.#placed = placed;
    this.#bytes = new Float64Array(count * BLOCK_KIND_COUNT);
    this.#cellBytes = new Float64Array(count);
    for (const { area, firstCell } of [...placed.values()].flat()) {
      this.#cellBytes.fill(area.cellBytes, firstCell, firstCell + area.cellCount);
    }
  }

  /**
   * Calls with each cell that the range touches and how many of its bytes lie there; answers whether
   * all of the range is in some cell.
   */
  forEachIn(
    vdev: number,
    offset: number,
    size: number,
    work: (cell: number, bytes: number) => void,
  ): boolean {
    let rest = size;
    for (const { area, firstCell } of this.#placed.get(vdev) ?? []) {
      const { fromBytes, cellBytes, cellCount } = area;
      const end = Math.min(offset + size, fromBytes + cellBytes * cellCount);
      for (let at = Math.max(offset, fromBytes); at < end; ) {
        const index = Math.floor((at - fromBytes) / cellBytes);
        const next = Math.min(end, fromBytes + (index + 1) * cellBytes);
        work(firstCell + index, next - at);
        rest -= next - at;
        at = next;
      }
    }
    return rest === 0;
  }

  add(cell: number, kind: number, bytes: number, flag = 0): void {
    const at = cell * BLOCK_KIND_COUNT + kind;
    this.#bytes[at] = (this.#bytes[at] as number) + bytes;
    this.#changed.set(cell, (this.#changed.get(cell) ?? 0) | flag);
  }

  /** Nothing of this kind anywhere any more. */
  clear(kind: number): void {
    for (let cell = 0; cell < this.count; cell += 1) {
      const at = cell * BLOCK_KIND_COUNT + kind;
      if (this.#bytes[at] === 0) continue;
      this.#bytes[at] = 0;
      this.#changed.set(cell, this.#changed.get(cell) ?? 0);
    }
  }

  /** The shares of all cells; nothing counts as changed afterwards. */
  snapshot(): Uint8Array {
    const shares = new Uint8Array(this.count * BLOCK_KIND_COUNT);
    for (let cell = 0; cell < this.count; cell += 1) {
      this.#writeShares(cell, shares, cell * BLOCK_KIND_COUNT);
    }
    this.#changed.clear();
    return shares;
  }

  /** What changed since the last snapshot or delta. */
  delta(): Uint8Array {
    const bytes = new Uint8Array(this.#changed.size * DELTA_CELL_BYTES);
    const view = new DataView(bytes.buffer);
    let at = 0;
    for (const [cell, flags] of this.#changed) {
      view.setUint32(at, cell, true);
      this.#writeShares(cell, bytes, at + 4);
      bytes[at + DELTA_CELL_BYTES - 1] = flags & (CELL_BORN | CELL_FREED);
      at += DELTA_CELL_BYTES;
    }
    this.#changed.clear();
    return bytes;
  }

  #writeShares(cell: number, target: Uint8Array, at: number): void {
    const whole = this.#cellBytes[cell] as number;
    for (let kind = 0; kind < BLOCK_KIND_COUNT; kind += 1) {
      const bytes = this.#bytes[cell * BLOCK_KIND_COUNT + kind] as number;
      const share = Math.min(255, Math.round((255 * bytes) / whole));
      target[at + kind] = bytes <= 0 ? 0 : Math.max(1, share);
    }
  }
}
