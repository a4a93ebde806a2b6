/**
 * What a disk map shows: whole vdevs, a part of one, or only the metaslabs that hold something, as
 * far as they do. A new pool of terabytes is otherwise an empty sheet with three dots.
 */
import type { DiskMapArea, DiskMapView } from '#runtime/observation.ts';
import type { Metaslab } from '../metaslab/metaslab.ts';
import type { Spa } from '../pool/spa.ts';
import { vdevName } from './pool-report.ts';

/** Sectors are the finest that is told apart. */
const MIN_CELL_BYTES = 512;
/** More metaslabs than this are no longer shown one by one. */
const MOST_METASLABS = 8;
/** What is used is shown up to the next power of two, and this at least: it will grow. */
const LEAST_EXTENT: number = 2 ** 20;

interface Range {
  readonly vdev: number;
  readonly name: string;
  readonly fromBytes: number;
  readonly sizeBytes: number;
}

export function areasOf(spa: Spa, view: DiskMapView): DiskMapArea[] {
  const ranges = rangesOf(spa, view);
  const total = ranges.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return ranges.map(({ vdev, name, fromBytes, sizeBytes }) => {
    const cells = Math.max(1, Math.floor((view.cells * sizeBytes) / Math.max(1, total)));
    const cellBytes = Math.max(1, Math.ceil(sizeBytes / cells / MIN_CELL_BYTES)) * MIN_CELL_BYTES;
    return {
      vdev,
      name,
      sizeBytes: spa.zio.tops[vdev]?.asize ?? sizeBytes,
      fromBytes,
      cellBytes,
      cellCount: Math.ceil(sizeBytes / cellBytes),
    };
  });
}

function rangesOf(spa: Spa, view: DiskMapView): Range[] {
  const { part, scale } = view;
  const wholes = spa.zio.tops.flatMap((top, vdev): Range[] => {
    const group = spa.metaslabs.groupOf(vdev) ?? spa.logMetaslabs.groupOf(vdev);
    if (top === undefined || group === undefined) return [];
    return [{ vdev, name: vdevName(top.vdev), fromBytes: 0, sizeBytes: top.asize }];
  });
  if (part !== null) {
    return wholes.flatMap((whole) => {
      if (whole.vdev !== part.vdev) return [];
      const fromBytes = Math.min(part.fromBytes, whole.sizeBytes);
      const sizeBytes = Math.min(part.sizeBytes, whole.sizeBytes - fromBytes);
      return [{ ...whole, fromBytes, sizeBytes }];
    });
  }
  if (scale === 'whole') return wholes;
  const used = usedRanges(spa, wholes);
  return used.length === 0 || used.length > MOST_METASLABS ? wholes : used;
}

function usedRanges(spa: Spa, wholes: readonly Range[]): Range[] {
  const ranges: Range[] = [];
  for (const { group, metaslab } of spa.allMetaslabs()) {
    const name = wholes.find(({ vdev }) => vdev === group.vdev)?.name;
    const extent = usedExtent(metaslab);
    if (name === undefined || extent === 0) continue;
    const rounded = 2 ** Math.ceil(Math.log2(Math.max(LEAST_EXTENT, extent)));
    ranges.push({
      vdev: group.vdev,
      name: `${name} metaslab ${metaslab.id}`,
      fromBytes: metaslab.start,
      sizeBytes: Math.min(rounded, metaslab.size),
    });
  }
  return ranges;
}

/** From the metaslab's start to behind the last thing in it; all of it while that is not known. */
function usedExtent(metaslab: Metaslab): number {
  const { isLoaded, allocatedBytes, start, size, allocating } = metaslab;
  if (!isLoaded) return allocatedBytes > 0 || !allocating.isEmpty ? size : 0;
  let lastFree = start + size;
  metaslab.allocatable.forEach((from, length) => {
    if (from + length === start + size) lastFree = from;
  });
  return lastFree - start;
}
