/**
 * Labels, uberblocks, the pool's configuration and its history.
 * @see cmd/zdb/zdb.c dump_label(), dump_uberblock(), dump_config(), dump_history()
 */
import type { BlockDevice } from '#runtime/host.ts';
import { readBlkptr } from '#kernel/fs/zfs/ondisk/blkptr.ts';
import { swap64 } from '#kernel/fs/zfs/ondisk/byteswap.ts';
import { spaHistoryPhys } from '#kernel/fs/zfs/ondisk/dsl-phys.ts';
import {
  labelOffset,
  MMP_MAGIC,
  type Uberblock,
  uberblock,
  UBERBLOCK_MAGIC,
  uberblockCount,
  uberblockOffset,
  uberblockSize,
  VDEV_LABELS,
  VDEV_PHYS_OFFSET,
  VDEV_PHYS_SIZE,
} from '#kernel/fs/zfs/ondisk/label.ts';
import {
  type NvList,
  nvGetNumber,
  nvGetString,
  nvlistPack,
  nvlistPrint,
  nvlistUnpack,
} from '#kernel/fs/zfs/ondisk/nvlist.ts';
import { nvlistUnpackNative } from '#kernel/fs/zfs/ondisk/nvlist-native.ts';
import { viewOf } from '#kernel/fs/zfs/ondisk/struct.ts';
import { ZfsError } from '#kernel/fs/zfs/ondisk/zfs-error.ts';
import { ashiftOf } from '#kernel/fs/zfs/vdev/vdev-label.ts';
import { fixed } from '#lib/libc/fixed.ts';
import { strftime } from '#lib/libc/time.ts';
import { blkptrText } from '#cmd/zdb/blkptr-text.ts';
import type { ZdbContext, ZdbPool } from '#cmd/zdb/zdb-context.ts';

/** `dump_uberblock` */
export function uberblockText(zdb: ZdbContext, ub: Uberblock): string {
  const time = `${ub.timestamp} UTC = ${zdb.ctime(ub.timestamp)}`;
  const fields = [
    `magic = ${ub.magic.toString(16).padStart(16, '0')}`,
    `version = ${ub.version}`,
    `txg = ${ub.txg}`,
    `guid_sum = ${ub.guidSum}`,
    `timestamp = ${time}`,
    `mmp_magic = ${ub.mmpMagic.toString(16).padStart(16, '0')}`,
  ];
  if (ub.mmpMagic === MMP_MAGIC) {
    fields.push(`mmp_delay = ${ub.mmpDelay}`);
    const config = ub.mmpConfig;
    if ((config & 2n) !== 0n) fields.push(`mmp_write = ${(config >> 8n) & 0xffffffn}`);
    if ((config & 4n) !== 0n) fields.push(`mmp_seq = ${(config >> 32n) & 0xffffn}`);
    if ((config & 8n) !== 0n) fields.push(`mmp_fail = ${(config >> 48n) & 0xffffn}`);
    fields.push(`mmp_valid = ${(config & 0xffn).toString(16)}`);
  }
  if (zdb.count('u') >= 4) fields.push(`rootbp = ${blkptrText(readBlkptr(ub.rootbp, 0))}`);
  fields.push(`checkpoint_txg = ${ub.checkpointTxg}`);
  return fields.map((field) => `\t${field}\n`).join('');
}

function listText(list: NvList, indent: number): string {
  return nvlistPrint(list, indent)
    .map((line) => `${line}\n`)
    .join('');
}

/** `dump_config` */
export function configText(zdb: ZdbPool): string {
  return `\nMOS Configuration:\n${listText(zdb.pool.config, 8)}`;
}

interface Label {
  readonly config: NvList | null;
  /** Its content as text, to find equal ones. */
  readonly key: string;
  /** By slot; null where there is none. */
  readonly uberblocks: readonly (Uberblock | null)[];
}

function readLabel(device: BlockDevice, l: number, ashift: number): Label {
  const at = labelOffset(device.sizeBytes, l);
  const bytes = new Uint8Array(VDEV_PHYS_SIZE);
  device.read(at + VDEV_PHYS_OFFSET, bytes);
  let config: NvList | null = null;
  try {
    config = nvlistUnpack(bytes);
  } catch (error) {
    if (!(error instanceof ZfsError)) throw error;
  }
  const shift = config === null ? ashift : ashiftOf(config);
  const uberblocks = Array.from({ length: uberblockCount(shift) }, (_, n) => {
    const slot = new Uint8Array(uberblockSize(shift));
    device.read(at + uberblockOffset(shift, n), slot);
    return decodeUberblock(slot);
  });
  const key = config === null ? '' : listText(config, 0);
  return { config, key, uberblocks };
}

function decodeUberblock(slot: Uint8Array): Uberblock | null {
  try {
    const magic = viewOf(slot).getBigUint64(0, true);
    if (magic !== UBERBLOCK_MAGIC) swap64(slot, 0, slot.length);
    const ub = uberblock.read(slot);
    return ub.magic === UBERBLOCK_MAGIC ? ub : null;
  } catch (error) {
    if (!(error instanceof ZfsError)) throw error;
    return null;
  }
}

/** Numbers of the labels for which `isEqual` holds. */
function numbers(labels: readonly Label[], isEqual: (label: Label) => boolean): number[] {
  return labels.flatMap((label, l) => (isEqual(label) ? [l] : []));
}

const RULE = '------------------------------------';
const MMP_BLOCKS_PER_LABEL = 1;

/** `dump_label`: text and exit status. */
export function labelText(zdb: ZdbContext, device: BlockDevice): { text: string; status: number } {
  const labels: Label[] = [];
  let ashift = 9;
  for (let l = 0; l < VDEV_LABELS; l += 1) {
    const label = readLabel(device, l, ashift);
    if (label.config !== null) ashift = ashiftOf(label.config);
    labels.push(label);
  }
  let text = '';
  labels.forEach((label, l) => {
    const header = `${RULE}\nLABEL ${l}\n${RULE}\n`;
    let shown = '';
    const { config } = label;
    if (config === null) {
      if (zdb.count('q') === 0) text += `failed to unpack label ${l}\n`;
    } else {
      const equal = numbers(labels, (other) => other.key === label.key);
      if (zdb.count('q') === 0 && (zdb.count('l') >= 3 || equal[0] === l)) {
        shown += `${listText(config, 4)}    labels = ${equal.map((n) => `${n} `).join('')}\n`;
        if (zdb.count('l') >= 2) shown += nvlistStats(zdb, config);
      }
    }
    if (zdb.count('u') > 0) shown += ringText(zdb, labels, l);
    if (shown !== '') text += (zdb.count('q') > 0 ? '' : header) + shown;
  });
  const found = labels.filter((label) => label.config !== null).length;
  return { text, status: found === 0 ? 2 : found < VDEV_LABELS ? 1 : 0 };
}

function sameUberblock(a: Uberblock | null | undefined, b: Uberblock): boolean {
  if (a === null || a === undefined) return false;
  const isSame = a.txg === b.txg && a.timestamp === b.timestamp && a.guidSum === b.guidSum;
  return isSame && a.rootbp.every((byte, i) => byte === b.rootbp[i]);
}

/** `dump_label_uberblocks` */
function ringText(zdb: ZdbContext, labels: readonly Label[], l: number): string {
  const verbosity = zdb.count('u');
  const ring = labels[l]?.uberblocks ?? [];
  let text = '';
  ring.forEach((ub, i) => {
    if (ub === null) {
      if (verbosity >= 2) text += `    Uberblock[${i}] invalid\n`;
      return;
    }
    const equal = numbers(labels, (label) => sameUberblock(label.uberblocks[i], ub));
    if (verbosity < 3 && equal[0] !== l) return;
    const isMmp = ub.mmpMagic === MMP_MAGIC && ub.mmpDelay !== 0n;
    if (verbosity < 4 && isMmp && i >= ring.length - MMP_BLOCKS_PER_LABEL) return;
    text += `    Uberblock[${i}]\n${uberblockText(zdb, ub)}`;
    text += `        labels = ${equal.map((n) => `${n} `).join('')}\n`;
  });
  return text;
}

interface NvCounts {
  lists: number;
  leaves: number;
  leafBytes: number;
  largestLeaf: number;
  readonly bytes: Record<'uint64' | 'string' | 'boolean', number>;
  readonly pairs: Record<'uint64' | 'string' | 'boolean', number>;
}

function countPairs(list: NvList, counts: NvCounts): void {
  counts.lists += 1;
  const empty = nvlistPack(new Map()).length;
  for (const [name, pair] of list) {
    if (pair.type === 'nvlist') countPairs(pair.value, counts);
    else if (pair.type === 'nvlist_array') {
      for (const each of pair.value) {
        countPairs(each, counts);
        if (name !== 'children') continue;
        const size = nvlistPack(each).length;
        counts.leaves += 1;
        counts.leafBytes += size;
        counts.largestLeaf = Math.max(counts.largestLeaf, size);
      }
    } else if (pair.type === 'uint64' || pair.type === 'string' || pair.type === 'boolean') {
      counts.pairs[pair.type] += 1;
      counts.bytes[pair.type] += nvlistPack(new Map([[name, pair]])).length - empty;
    }
  }
}

/** `dump_nvlist_stats` */
function nvlistStats(zdb: ZdbContext, list: NvList): string {
  const zero = { uint64: 0, string: 0, boolean: 0 };
  const counts: NvCounts = {
    lists: 0,
    leaves: 0,
    leafBytes: 0,
    largestLeaf: 0,
    bytes: { ...zero },
    pairs: { ...zero },
  };
  countPairs(list, counts);
  const total = nvlistPack(list).length;
  const room = VDEV_PHYS_SIZE - 40;
  const row = (title: string, count: number, bytes: number): string =>
    `${title.padStart(12)} ${String(count).padStart(4)} ${String(bytes).padStart(6)} bytes ` +
    `(${fixed((100 * bytes) / total, 2).padStart(5)}%)\n`;
  const { pairs, bytes } = counts;
  const rest = total - bytes.uint64 - bytes.string - bytes.boolean;
  const used = `(using ${fixed((100 * total) / room, 1).padStart(4)}%)`;
  const free = `${room - total} bytes free ${used}`;
  let text = `\n\nZFS Label NVList Config Stats:\n  ${total} bytes used, ${free}\n\n`;
  text += row('integers:', pairs.uint64, bytes.uint64);
  text += row('strings:', pairs.string, bytes.string);
  text += row('booleans:', pairs.boolean, bytes.boolean);
  text += `${row('nvlists:', counts.lists, rest)}\n`;
  if (counts.leaves > 0) {
    const average = Math.floor(counts.leafBytes / counts.leaves);
    const size = String(average).padStart(6);
    const leaves = String(counts.leaves).padStart(4);
    text += `${'leaf vdevs:'.padStart(12)} ${leaves} ${size} bytes average\n`;
    text += `${String(counts.largestLeaf).padStart(24)} bytes largest\n`;
    if (zdb.count('l') >= 3 && average > 0) {
      text += `  space for ${Math.floor((room - total) / average)} additional leaf vdevs\n`;
    }
  }
  return `${text}\n`;
}

/** The pool's history, oldest first. The first records stay when the ring goes round. */
function historyRecords(zdb: ZdbPool): NvList[] {
  const object = zdb.pool.dsl.directoryNumber('history');
  if (object === undefined) return [];
  const dnode = zdb.mos.dnode(object);
  const sh = spaHistoryPhys.read(dnode.bonus);
  const ring = sh.physMaxOff - sh.poolCreateLen;
  const place = (at: number): number =>
    at < sh.poolCreateLen ? at : sh.poolCreateLen + ((at - sh.poolCreateLen) % ring);
  const read = (at: number, count: number): Uint8Array => {
    const bytes = new Uint8Array(count);
    for (let done = 0; done < count; ) {
      const from = place(at + done);
      const part = Math.min(count - done, sh.physMaxOff - from);
      dnode.read(from, bytes.subarray(done, done + part));
      done += part;
    }
    return bytes;
  };
  const records: NvList[] = [];
  const readRange = (from: number, end: number): void => {
    for (let at = from; at + 8 <= end; ) {
      const length = Number(viewOf(read(at, 8)).getBigUint64(0, true));
      if (length === 0 || at + 8 + length > end) return;
      const packed = read(at + 8, length);
      records.push(packed[0] === 0 ? nvlistUnpackNative(packed) : nvlistUnpack(packed));
      at += 8 + length;
    }
  };
  readRange(0, sh.poolCreateLen);
  readRange(Math.max(sh.bof, sh.poolCreateLen), sh.eof);
  return records;
}

/** `dump_history` */
export function historyText(zdb: ZdbPool): string {
  let text = '\nHistory:\n';
  for (const record of historyRecords(zdb)) {
    const time = nvGetNumber(record, 'history time');
    const command = nvGetString(record, 'history command');
    const isShown = time !== undefined && command !== undefined;
    if (isShown) text += `${strftime('%Y-%m-%d.%H:%M:%S', zdb.local(time))} ${command}\n`;
    if (zdb.count('h') > 1) {
      if (!isShown) text += 'unrecognized record:\n';
      text += listText(record, 2);
    }
  }
  return text;
}
