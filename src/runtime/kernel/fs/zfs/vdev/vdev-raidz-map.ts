/**
 * Where the bytes of one block are on a raidz: parity columns first, then data, column by column.
 * Surprising: in raidz1 the parity and the first data column change places whenever bit 20 of the
 * offset is set, so that parity is spread; and every allocation is padded to a multiple of
 * parity + 1 sectors with skip sectors that hold nothing.
 * @see uts/common/fs/zfs/vdev_raidz.c vdev_raidz_map_alloc()
 */
export interface RaidzColumn {
  /** Which child. */
  child: number;
  /** Byte offset on that child. */
  offset: number;
  readonly size: number;
}

export interface RaidzMap {
  readonly parityCount: number;
  /** Parity columns, then data columns. */
  readonly columns: readonly RaidzColumn[];
}

/** `size` is a multiple of the sector. */
export function raidzMap(
  offset: number,
  size: number,
  ashift: number,
  childCount: number,
  parityCount: number,
): RaidzMap {
  const sector = 2 ** ashift;
  const first = offset / sector;
  const sectors = size / sector;
  const dataColumns = childCount - parityCount;
  const fullRows = Math.floor(sectors / dataColumns);
  const remainder = sectors % dataColumns;
  const bigColumns = remainder === 0 ? 0 : remainder + parityCount;
  const columnCount = fullRows === 0 ? bigColumns : childCount;
  const columns: RaidzColumn[] = [];
  for (let c = 0; c < columnCount; c += 1) {
    const place = (first % childCount) + c;
    const wraps = place >= childCount;
    columns.push({
      child: wraps ? place - childCount : place,
      offset: (Math.floor(first / childCount) + (wraps ? 1 : 0)) * sector,
      size: (c < bigColumns ? fullRows + 1 : fullRows) * sector,
    });
  }
  const [a, b] = columns;
  if (parityCount === 1 && a !== undefined && b !== undefined) {
    if (Math.floor(offset / 2 ** 20) % 2 === 1) {
      [a.child, b.child] = [b.child, a.child];
      [a.offset, b.offset] = [b.offset, a.offset];
    }
  }
  return { parityCount, columns };
}

/** Bytes that `psize` bytes of data take, with parity and padding. */
export function raidzAsize(
  psize: number,
  ashift: number,
  childCount: number,
  parityCount: number,
): number {
  const sector = 2 ** ashift;
  const data = Math.ceil(psize / sector);
  const total = data + parityCount * Math.ceil(data / (childCount - parityCount));
  return Math.ceil(total / (parityCount + 1)) * (parityCount + 1) * sector;
}
