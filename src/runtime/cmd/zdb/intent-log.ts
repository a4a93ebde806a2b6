/**
 * The intent log of a dataset: its header, and with -ii, -dd and more its blocks and records.
 * @see cmd/zdb/zdb_il.c
 */
import { decodeUtf8 } from '#base/bytes.ts';
import type { Objset } from '#kernel/fs/zfs/dmu/objset.ts';
import { type BlockPointer, isHole, readBlkptr } from '#kernel/fs/zfs/ondisk/blkptr.ts';
import { ZfsError } from '#kernel/fs/zfs/ondisk/zfs-error.ts';
import {
  lrAcl,
  lrCreate,
  lrLink,
  lrRemove,
  lrRename,
  lrSetattr,
  lrTruncate,
  lrWrite,
  TX_ACL,
  TX_ACL_V0,
  TX_LINK,
  TX_MKXATTR,
  TX_REMOVE,
  TX_RENAME,
  TX_RMDIR,
  TX_SETATTR,
  TX_SYMLINK,
  TX_TRUNCATE,
  TX_WRITE,
  TX_WRITE2,
  type ZilHeader,
  zilHeader,
} from '#kernel/fs/zfs/ondisk/zil-phys.ts';
import { type LogRecord, sequenceOf } from '#kernel/fs/zfs/zil/zil-block.ts';
import { indirectPointer, parseLog } from '#kernel/fs/zfs/zil/zil-parse.ts';
import { blkptrText, hex } from '#cmd/zdb/blkptr-text.ts';
import type { ZdbPool } from '#cmd/zdb/zdb-context.ts';

const TAB = '\t\t\t';
/** By number; 0 is the sum. */
const NAMES = [
  'Total',
  'TX_CREATE',
  'TX_MKDIR',
  'TX_MKXATTR',
  'TX_SYMLINK',
  'TX_REMOVE',
  'TX_RMDIR',
  'TX_LINK',
  'TX_RENAME',
  'TX_WRITE',
  'TX_TRUNCATE',
  'TX_SETATTR',
  'TX_ACL_V0',
  'TX_ACL_ACL',
  'TX_CREATE_ACL',
  'TX_CREATE_ATTR',
  'TX_CREATE_ACL_ATTR',
  'TX_MKDIR_ACL',
  'TX_MKDIR_ATTR',
  'TX_MKDIR_ACL_ATTR',
  'TX_WRITE2',
].map((name) => name.padEnd(19));

/** Texts that follow a record's fixed part. */
function texts(bytes: Uint8Array, from: number): string[] {
  return decodeUtf8(bytes.subarray(from)).split('\0');
}

function createText(zdb: ZdbPool, record: LogRecord): string {
  const lr = lrCreate.read(record.bytes);
  const [name = '', target = ''] = texts(record.bytes, lrCreate.sizeBytes);
  let text = '';
  if (record.type === TX_SYMLINK) text += `${TAB}${name} -> ${target}\n`;
  else if (record.type !== TX_MKXATTR) text += `${TAB}${name}\n`;
  const slots = lr.foid >> 56n;
  const object = lr.foid & (2n ** 48n - 1n);
  const mode = lr.mode.toString(8);
  text += `${TAB}${zdb.ctime(Number(lr.crtime[0]))}\n`;
  text += `${TAB}doid ${lr.doid}, foid ${object}, slots ${slots}, mode ${mode}\n`;
  const rdev = lr.rdev.toString(16);
  return `${text}${TAB}uid ${lr.uid}, gid ${lr.gid}, gen ${lr.gen}, rdev 0x${rdev}\n`;
}

function writeText(zdb: ZdbPool, record: LogRecord, verbosity: number): string {
  const lr = lrWrite.read(record.bytes);
  let text = `${TAB}foid ${lr.foid}, offset ${hex(lr.offset)}, length ${hex(lr.length)}\n`;
  if (record.type === TX_WRITE2 || verbosity < 5) return text;
  let data = record.bytes.subarray(lrWrite.sizeBytes);
  if (data.length === 0) {
    const bp = readBlkptr(lr.blkptr, 0);
    const isClaimable = !isHole(bp) && bp.birth > zdb.pool.uberblock.txg;
    text += `${TAB}has blkptr, ${isClaimable ? 'will claim' : "won't claim"}\n`;
    text += `${TAB}${blkptrText(bp)}\n`;
    if (isHole(bp)) return `${text}\t\t\tLSIZE 0x${hex(bp.lsize)}\n${TAB}<hole>\n`;
    try {
      data = zdb.pool.zio.read(bp);
    } catch (error) {
      if (!(error instanceof ZfsError)) throw error;
      return text;
    }
  }
  const shown = data.subarray(0, Math.min(lr.length, verbosity < 6 ? 20 : data.length));
  const bytes = Array.from(shown, (byte) =>
    byte >= 32 && byte < 127
      ? `${String.fromCharCode(byte)} `
      : byte.toString(16).toUpperCase().padStart(2),
  );
  return `${text}${TAB}${bytes.join('')}\n`;
}

/** `AT_MODE` … of illumos. */
function setattrText(zdb: ZdbPool, record: LogRecord): string {
  const lr = lrSetattr.read(record.bytes);
  let text = `${TAB}foid ${lr.foid}, mask 0x${hex(lr.mask)}\n`;
  const time = ([seconds = 0n, ns = 0n]: readonly bigint[]): string =>
    `${seconds}.${String(ns).padStart(9, '0')} ${zdb.ctime(Number(seconds))}`;
  if ((lr.mask & 2) !== 0) text += `${TAB}AT_MODE  ${lr.mode.toString(8)}\n`;
  if ((lr.mask & 4) !== 0) text += `${TAB}AT_UID   ${lr.uid}\n`;
  if ((lr.mask & 8) !== 0) text += `${TAB}AT_GID   ${lr.gid}\n`;
  if ((lr.mask & 0x40) !== 0) text += `${TAB}AT_SIZE  ${lr.size}\n`;
  if ((lr.mask & 0x80) !== 0) text += `${TAB}AT_ATIME ${time(lr.atime)}\n`;
  if ((lr.mask & 0x100) !== 0) text += `${TAB}AT_MTIME ${time(lr.mtime)}\n`;
  return text;
}

function recordText(zdb: ZdbPool, record: LogRecord, verbosity: number): string {
  const { bytes } = record;
  switch (record.type) {
    case TX_REMOVE:
    case TX_RMDIR: {
      const [name = ''] = texts(bytes, lrRemove.sizeBytes);
      return `${TAB}doid ${lrRemove.read(bytes).doid}, name ${name}\n`;
    }
    case TX_LINK: {
      const lr = lrLink.read(bytes);
      const [name = ''] = texts(bytes, lrLink.sizeBytes);
      return `${TAB}doid ${lr.doid}, link_obj ${lr.linkObj}, name ${name}\n`;
    }
    case TX_RENAME: {
      const lr = lrRename.read(bytes);
      const [source = '', target = ''] = texts(bytes, lrRename.sizeBytes);
      const names = `${TAB}src ${source} tgt ${target}\n`;
      return `${TAB}sdoid ${lr.sdoid}, tdoid ${lr.tdoid}\n${names}`;
    }
    case TX_WRITE:
    case TX_WRITE2:
      return writeText(zdb, record, verbosity);
    case TX_TRUNCATE: {
      const lr = lrTruncate.read(bytes);
      return `${TAB}foid ${lr.foid}, offset 0x${hex(lr.offset)}, length 0x${hex(lr.length)}\n`;
    }
    case TX_SETATTR:
      return setattrText(zdb, record);
    case TX_ACL_V0:
    case TX_ACL: {
      const lr = lrAcl.read(bytes);
      return `${TAB}foid ${lr.foid}, aclcnt ${lr.aclcnt}\n`;
    }
    default:
      return createText(zdb, record);
  }
}

/** The log's header, or null when there is no log. */
function logHeader(objset: Objset): ZilHeader | null {
  const header = zilHeader.read(objset.zilHeader);
  return isHole(readBlkptr(header.log, 0)) ? null : header;
}

/**
 * What a log refers to and the space maps know: its own blocks and the data of writes, as far as they
 * were there in the txg that is shown. `traverse_zil`
 */
export function logPointers(zdb: ZdbPool, objset: Objset): BlockPointer[] {
  const header = logHeader(objset);
  if (header === null) return [];
  const found: BlockPointer[] = [];
  const { txg } = zdb.pool.uberblock;
  const block = (bp: BlockPointer): boolean => {
    if (header.claimTxg === 0 && bp.birth > txg) return false;
    found.push(bp);
    return true;
  };
  const record = (each: LogRecord): boolean => {
    const bp = indirectPointer(each);
    if (bp !== undefined && header.claimTxg !== 0 && bp.birth >= header.claimTxg) found.push(bp);
    return true;
  };
  parseLog(header, (bp) => zdb.pool.zio.readStored(bp), { block, record });
  return found;
}

/** `dump_intent_log` */
export function intentLogText(zdb: ZdbPool, objset: Objset): string {
  const verbosity = Math.max(zdb.count('d'), zdb.count('i'));
  const header = logHeader(objset);
  if (header === null || verbosity < 1) return '';
  const claim = [
    `claim_txg ${header.claimTxg}`,
    `claim_blk_seq ${header.claimBlkSeq}`,
    `claim_lr_seq ${header.claimLrSeq}`,
  ].join(', ');
  const flags = `replay_seq ${header.replaySeq}, flags 0x${hex(header.flags)}`;
  let text = `\n    ZIL header: ${claim} ${flags}\n`;
  if (verbosity < 2) return text;
  text += '\n';
  const counts = NAMES.map(() => 0);
  const block = (bp: BlockPointer): boolean => {
    if (verbosity > 3) text += blockText(zdb, header, bp, verbosity);
    return true;
  };
  const record = (each: LogRecord): boolean => {
    const length = String(each.bytes.length).padStart(6);
    const what = `${each.ignoresCase ? 'CI-' : ''}${NAMES[each.type] ?? ''}`;
    text += `\t\t${what} len ${length}, txg ${each.txg}, seq ${each.seq}\n`;
    if (verbosity >= 3) text += recordText(zdb, each, verbosity);
    counts[each.type] = (counts[each.type] ?? 0) + 1;
    counts[0] = (counts[0] ?? 0) + 1;
    return true;
  };
  parseLog(header, (bp) => zdb.pool.zio.readStored(bp), { block, record });
  return text + countsText(counts, verbosity);
}

function blockText(zdb: ZdbPool, header: ZilHeader, bp: BlockPointer, verbosity: number): string {
  const isNew = bp.birth > zdb.pool.uberblock.txg;
  const claim = header.claimTxg !== 0 ? 'already claimed' : isNew ? 'will claim' : "won't claim";
  const pointer = verbosity >= 5 ? `, ${blkptrText(bp)}` : '';
  return `\tBlock seqno ${sequenceOf(bp)}, ${claim}${pointer}\n`;
}

/** `print_log_stats` */
function countsText(counts: readonly number[], verbosity: number): string {
  const head = verbosity > 3 ? '\n' : '';
  const total = counts[0] ?? 0;
  if (total === 0) return head;
  const width = String(total).length;
  const rows = counts.map((count, type) =>
    count > 0 || verbosity >= 3 ? `\t\t${NAMES[type]} ${String(count).padStart(width)}\n` : '',
  );
  return `${head}${rows.join('')}\n`;
}
