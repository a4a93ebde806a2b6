/**
 * Block pointers as text: the long form, and the short one of lists of indirect blocks.
 * @see sys/spa.h snprintf_blkptr(), cmd/zdb/zdb.c snprintf_blkptr_compact()
 */
import {
  type BlockPointer,
  isGang,
  isHole,
  physicalBirthOf,
} from '#kernel/fs/zfs/ondisk/blkptr.ts';
import { byteSwapOf, isMetadataType, objectTypeName } from '#kernel/fs/zfs/ondisk/dmu-ot.ts';
import { CHECKSUM_NAMES, COMPRESS_NAMES } from '#kernel/fs/zfs/ondisk/zio-algorithm.ts';
import { checksumText, type ZdbContext } from '#cmd/zdb/zdb-context.ts';

const COPIES = ['zero', 'single', 'double', 'triple'];
const DMU_OT_NEWTYPE = 0x80;

export function hex(value: number): string {
  return value.toString(16);
}

/** `BP_GET_LSIZE`; a pointer of nothing but zeros says one sector. */
export function logicalSize(bp: BlockPointer): number {
  return bp.lsize === 0 ? 512 : bp.lsize;
}

function typeText(type: number): string {
  if ((type & DMU_OT_NEWTYPE) === 0) return objectTypeName(type);
  return `bswap ${byteSwapOf(type)} ${isMetadataType(type) ? 'metadata' : 'data'}`;
}

function cryptText(bp: BlockPointer): string {
  if (!bp.isEncrypted) return 'unencrypted';
  if (bp.level > 0) return 'indirect-MAC';
  return isMetadataType(bp.type) ? 'authenticated' : 'encrypted';
}

/** `snprintf_blkptr` */
export function blkptrText(bp: BlockPointer): string {
  const head = `[L${bp.level} ${typeText(bp.type)}]`;
  const lsize = hex(logicalSize(bp));
  if (isHole(bp)) return `HOLE ${head} size=${lsize}L birth=${bp.birth}L`;
  const compress = COMPRESS_NAMES[bp.compress] ?? 'unknown';
  if (bp.embedded !== null) {
    const size = `size=${lsize}L/${hex(bp.psize)}P birth=${bp.birth}L`;
    return `EMBEDDED ${head} et=${bp.checksum} ${compress} ${size}`;
  }
  const places = bp.dvas.map(
    (dva, i) => `DVA[${i}]=<${dva.vdev}:${hex(dva.offset)}:${hex(dva.asize)}> `,
  );
  const words = [
    head,
    CHECKSUM_NAMES[bp.checksum] ?? 'unknown',
    compress,
    cryptText(bp),
    bp.isLittleEndian ? 'LE' : 'BE',
    isGang(bp) ? 'gang' : 'contiguous',
    bp.isDedup ? 'dedup' : 'unique',
    COPIES[bp.dvas.length],
    `size=${lsize}L/${hex(bp.psize)}P`,
    `birth=${bp.birth}L/${physicalBirthOf(bp)}P`,
    `fill=${bp.fill}`,
    `cksum=${checksumText(bp.cksum)}`,
  ];
  return places.join('') + words.join(' ');
}

/** `snprintf_blkptr_compact` */
export function compactBlkptr(zdb: ZdbContext, bp: BlockPointer): string {
  if (zdb.count('b') >= 6) return blkptrText(bp);
  const lsize = hex(logicalSize(bp));
  if (bp.embedded !== null) {
    return `EMBEDDED et=${bp.checksum} ${lsize}L/${hex(bp.psize)}P B=${bp.birth}`;
  }
  const shown = zdb.count('d') > 5 ? bp.dvas : [bp.dvas[0] ?? { vdev: 0, offset: 0, asize: 0 }];
  const places = shown.map((dva) => `${dva.vdev}:${hex(dva.offset)}:${hex(dva.asize)} `).join('');
  if (isHole(bp)) return `${places}${lsize}L B=${bp.birth}`;
  const births = `B=${bp.birth}/${physicalBirthOf(bp)}`;
  const sizes = `${lsize}L/${hex(bp.psize)}P F=${bp.fill}`;
  return `${places}${sizes} ${births} cksum=${checksumText(bp.cksum)}`;
}
