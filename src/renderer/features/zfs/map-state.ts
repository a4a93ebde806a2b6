/**
 * The disk map as the window keeps it: one byte a kind for each cell, what changed lately, and the
 * last txgs. Deltas are put in place; views are told by `version`.
 */
import {
  BLOCK_KINDS,
  type BlockKind,
  CELL_BORN,
  CELL_FREED,
  DELTA_CELL_BYTES,
  type DiskMapItem,
  type MapArea,
  type TxgShape,
} from '#protocol/zfs-model.ts';

export const KIND_COUNT: number = BLOCK_KINDS.length;
const TXGS_KEPT = 60;
/** How long a change stays marked. */
export const GLOW_MS = 1600;

export interface AreaPlace {
  readonly area: MapArea;
  readonly firstCell: number;
}

export class MapState {
  areas: readonly AreaPlace[] = [];
  shares: Uint8Array = new Uint8Array(0);
  /** When something was last allocated, or freed, in a cell; 0 = not lately. */
  bornAtMs: Float64Array = new Float64Array(0);
  freedAtMs: Float64Array = new Float64Array(0);
  txgs: readonly TxgShape[] = [];
  knownFraction = 0;
  txg = 0;
  /** Cells that changed and were not drawn since. */
  readonly changed: Set<number> = new Set();

  get cellCount(): number {
    return this.bornAtMs.length;
  }

  take(item: DiskMapItem, nowMs: number): void {
    const { snapshot } = item;
    if (snapshot !== null) this.#reset(snapshot.areas, snapshot.shares);
    this.#applyDelta(item.delta, nowMs);
    this.txgs = [...this.txgs, ...item.txgs].slice(-TXGS_KEPT);
    this.knownFraction = item.knownFraction;
    this.txg = item.txg;
  }

  #reset(areas: readonly MapArea[], shares: Uint8Array): void {
    let count = 0;
    this.areas = areas.map((area) => {
      const place = { area, firstCell: count };
      count += area.cellCount;
      return place;
    });
    this.shares = new Uint8Array(count * KIND_COUNT);
    this.shares.set(shares.subarray(0, this.shares.length));
    this.bornAtMs = new Float64Array(count);
    this.freedAtMs = new Float64Array(count);
    this.changed.clear();
  }

  #applyDelta(delta: Uint8Array, nowMs: number): void {
    const view = new DataView(delta.buffer, delta.byteOffset, delta.byteLength);
    for (let at = 0; at + DELTA_CELL_BYTES <= delta.length; at += DELTA_CELL_BYTES) {
      const cell = view.getUint32(at, true);
      if (cell >= this.cellCount) continue;
      this.shares.set(delta.subarray(at + 4, at + 4 + KIND_COUNT), cell * KIND_COUNT);
      const flags = delta[at + DELTA_CELL_BYTES - 1] ?? 0;
      this.changed.add(cell);
      if ((flags & CELL_BORN) !== 0) this.bornAtMs[cell] = nowMs;
      if ((flags & CELL_FREED) !== 0) this.freedAtMs[cell] = nowMs;
    }
  }

  share(cell: number, kind: number): number {
    return this.shares[cell * KIND_COUNT + kind] ?? 0;
  }

  placeOf(cell: number): AreaPlace | undefined {
    return this.areas.findLast(({ firstCell }) => firstCell <= cell);
  }

  /** Where a cell lies. */
  rangeOf(cell: number): { vdev: number; name: string; from: number; size: number } | undefined {
    const place = this.placeOf(cell);
    if (place === undefined) return undefined;
    const { area, firstCell } = place;
    const from = area.fromBytes + (cell - firstCell) * area.cellBytes;
    const size = Math.min(area.cellBytes, area.sizeBytes - from);
    return { vdev: area.vdev, name: area.name, from, size };
  }

  /** The cell that holds a byte of a vdev, if it is shown. */
  cellAt(vdev: number, offset: number): number | undefined {
    for (const { area, firstCell } of this.areas) {
      const index = Math.floor((offset - area.fromBytes) / area.cellBytes);
      if (area.vdev === vdev && index >= 0 && index < area.cellCount) return firstCell + index;
    }
    return undefined;
  }

  /** Bytes of each kind in all that is shown, about: shares are rounded. */
  totals(): number[] {
    const totals = new Array<number>(KIND_COUNT).fill(0);
    for (const { area, firstCell } of this.areas) {
      for (let cell = firstCell; cell < firstCell + area.cellCount; cell += 1) {
        for (let kind = 0; kind < KIND_COUNT; kind += 1) {
          totals[kind] = (totals[kind] ?? 0) + (this.share(cell, kind) / 255) * area.cellBytes;
        }
      }
    }
    return totals;
  }

  /** Whether something in the cell happened so lately that it glows. */
  isGlowing(cell: number, nowMs: number): boolean {
    const at = Math.max(this.bornAtMs[cell] ?? 0, this.freedAtMs[cell] ?? 0);
    return at !== 0 && nowMs - at < GLOW_MS;
  }
}

interface KindWords {
  readonly label: string;
  readonly meaning: string;
}

export const KIND_WORDS: Readonly<Record<BlockKind, KindWords>> = {
  file: { label: 'File data', meaning: 'Contents of files' },
  directory: { label: 'Directories', meaning: 'Directories and attributes of files' },
  volume: { label: 'Volumes', meaning: 'Contents of zvols' },
  dnode: { label: 'Dnodes', meaning: 'What each object is and where its blocks are' },
  indirect: { label: 'Indirect', meaning: 'Blocks of pointers to other blocks' },
  mos: { label: 'Pool (MOS)', meaning: 'The pool’s own objects: directory, history, properties' },
  dsl: { label: 'Datasets (DSL)', meaning: 'Datasets, snapshots, their properties and deadlists' },
  spaceMap: { label: 'Space maps', meaning: 'Which places are allocated and which are free' },
  intentLog: { label: 'Intent log', meaning: 'What was promised to be kept before its txg is' },
  unknown: { label: 'Not looked at', meaning: 'Allocated; what it holds is being found out' },
  freed: { label: 'Freed, waiting', meaning: 'Free, but not used again for two more txgs' },
};

/** A cell in words, for the line below the map and for screen readers. */
export function cellWords(state: MapState, cell: number, bytes: (n: number) => string): string {
  const range = state.rangeOf(cell);
  if (range === undefined) return '';
  const parts: string[] = [];
  let used = 0;
  for (const [kind, name] of BLOCK_KINDS.entries()) {
    const share = state.share(cell, kind);
    if (share === 0) continue;
    used += share;
    parts.push(`${KIND_WORDS[name].label} ${bytes((share / 255) * range.size)}`);
  }
  if (used < 250) parts.push('the rest free');
  if (used === 0) parts.splice(0, parts.length, 'free');
  return `${range.name} at ${bytes(range.from)}, ${bytes(range.size)}: ${parts.join(', ')}`;
}
