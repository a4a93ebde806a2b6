/**
 * -R: one block of a pool by its place: `vdev:offset:[lsize/]psize[:flags]`, numbers in hexadecimal.
 * @see cmd/zdb/zdb.c zdb_read_block()
 */
import { decodeLatin1 } from '#base/bytes.ts';
import { readBlkptr, SPA_MAXBLOCKSIZE } from '#kernel/fs/zfs/ondisk/blkptr.ts';
import { swap64 } from '#kernel/fs/zfs/ondisk/byteswap.ts';
import { SPA_GBH_NBLKPTRS } from '#kernel/fs/zfs/ondisk/label.ts';
import { viewOf } from '#kernel/fs/zfs/ondisk/struct.ts';
import { ZfsError } from '#kernel/fs/zfs/ondisk/zfs-error.ts';
import {
  CHECKSUM_NAMES,
  ZIO_CHECKSUM_FLETCHER_2,
  ZIO_CHECKSUM_FLETCHER_4,
  ZIO_CHECKSUM_SHA256,
  ZIO_CHECKSUM_SHA512,
  ZIO_COMPRESS_LZ4,
  ZIO_COMPRESS_LZJB,
  ZIO_COMPRESS_ZLE,
} from '#kernel/fs/zfs/ondisk/zio-algorithm.ts';
import { VdevDisk } from '#kernel/fs/zfs/vdev/vdev-disk.ts';
import type { Vdev } from '#kernel/fs/zfs/vdev/vdev.ts';
import { blkptrText } from '#cmd/zdb/blkptr-text.ts';
import { checksumText, type ZdbPool } from '#cmd/zdb/zdb-context.ts';

const FLAGS = 'bcdegirv';

export interface BlockOutcome {
  readonly out: string | Uint8Array;
  readonly err: string;
}

interface Request {
  readonly vdev: string;
  readonly offset: number;
  readonly lsize: number;
  readonly psize: number;
  readonly flags: ReadonlySet<string>;
  /** Where in the block flag b finds the pointer. */
  readonly pointerAt: number;
  readonly notes: string;
}

function parseRequest(thing: string): Request | string {
  const [vdev = '', offsetText = '', sizes = '', flagText = ''] = thing.split(':');
  const [first = '', second] = sizes.split('/');
  const lsize = Number.parseInt(first, 16);
  const psize = second === undefined ? lsize : Number.parseInt(second, 16);
  const offset = Number.parseInt(offsetText, 16) || 0;
  let wrong: string | undefined;
  if (!(psize > 0 && lsize >= psize && lsize <= SPA_MAXBLOCKSIZE)) wrong = 'invalid size(s)';
  else if (psize % 512 !== 0 || lsize % 512 !== 0) {
    wrong = 'size must be a multiple of sector size';
  }
  if (offset % 512 !== 0) wrong = 'offset must be a multiple of sector size';
  if (wrong !== undefined) return `Invalid block specifier: ${thing}  - ${wrong}\n`;
  const flags = new Set<string>();
  let notes = '';
  let digits = '';
  for (let i = 0; i < flagText.length; i += 1) {
    const letter = flagText[i] as string;
    if (flags.has('b') && digits !== 'done' && /[0-9a-f]/.test(letter) && !FLAGS.includes(letter)) {
      digits += letter;
    } else if (FLAGS.includes(letter)) flags.add(letter);
    else notes += `***Ignoring flag: ${letter}\n`;
  }
  if (flags.size === 0 && flagText !== '') return `${notes}Invalid flag arg: '${flagText}'\n`;
  const pointerAt = digits === '' ? 0 : Number.parseInt(digits, 16);
  if (pointerAt % 128 !== 0) {
    return `Block pointer offset 0x${pointerAt.toString(16)} must be divisible by 0x80\n`;
  }
  return { vdev, offset, lsize, psize, flags, pointerAt, notes };
}

/** `zdb_vdev_lookup`: `0.1` by number, or a leaf by its name or path. */
function findVdev(tops: readonly Vdev[], text: string): Vdev | undefined {
  if (/^\d+(\.\d+)*$/.test(text)) {
    let among: readonly Vdev[] = tops;
    let found: Vdev | undefined;
    for (const part of text.split('.')) {
      found = among[Number(part)];
      among = found?.children ?? [];
    }
    return found;
  }
  const leaves = tops.flatMap((top) => top.leaves());
  return leaves.find((leaf) => {
    if (!(leaf instanceof VdevDisk)) return false;
    const base = leaf.path.replace(/^.*\//, '');
    return leaf.path === text || base === text || base === `${text}s0`;
  });
}

/** Tries every algorithm at every size, as nobody knows which was used. */
function decompress(
  zdb: ZdbPool,
  bytes: Uint8Array,
  { lsize, psize, flags }: Request,
): {
  bytes: Uint8Array | undefined;
  err: string;
} {
  const most = lsize === psize ? SPA_MAXBLOCKSIZE : lsize;
  const algorithms = [ZIO_COMPRESS_LZ4, ZIO_COMPRESS_LZJB, 5, ZIO_COMPRESS_ZLE];
  let err = '';
  for (let size = lsize === psize ? lsize + 512 : lsize; size <= most; size += 512) {
    for (const algorithm of algorithms) {
      if (flags.has('v')) err += `Trying ${psize.toString(16)} -> ${size.toString(16)}\n`;
      try {
        const out = zdb.pool.zio.compressor.decompress(algorithm, bytes, size);
        if (out.length === size) return { bytes: out, err };
      } catch (error) {
        // Wrong guesses end in all kinds of errors; only a missing page is not one.
        if (!(error instanceof ZfsError)) throw error;
      }
    }
  }
  return { bytes: undefined, err };
}

/** `zdb_dump_block`: words and characters. */
function dumpText(label: string, bytes: Uint8Array, isSwapped: boolean): string {
  const header = isSwapped
    ? ' 7 6 5 4 3 2 1 0   f e d c b a 9 8'
    : ' 0 1 2 3 4 5 6 7   8 9 a b c d e f';
  const out = [`\n${label}\n${''.padStart(6)}   ${header}  0123456789abcdef\n`];
  const view = viewOf(bytes);
  for (let at = 0; at + 16 <= bytes.length; at += 16) {
    const words = [at, at + 8].map((from) =>
      view.getBigUint64(from, isSwapped).toString(16).padStart(16, '0'),
    );
    const text = decodeLatin1(bytes.subarray(at, at + 16)).replace(/[^ -~]/g, '.');
    out.push(`${at.toString(16).padStart(6, '0')}:  ${words.join('  ')}  ${text}\n`);
  }
  return out.join('');
}

function checksumsText(zdb: ZdbPool, bytes: Uint8Array): string {
  let text = '\n';
  for (const kind of [
    ZIO_CHECKSUM_FLETCHER_2,
    ZIO_CHECKSUM_FLETCHER_4,
    ZIO_CHECKSUM_SHA256,
    ZIO_CHECKSUM_SHA512,
  ]) {
    const sum = zdb.pool.zio.checksums.compute(kind, bytes);
    const name = (CHECKSUM_NAMES[kind] ?? '').padStart(12);
    if (sum !== null) text += `${name}\tcksum=${checksumText(sum)}\n`;
  }
  return text;
}

/** `zdb_read_block` */
export function readBlockText(zdb: ZdbPool, thing: string): BlockOutcome {
  const request = parseRequest(thing);
  if (typeof request === 'string') return { out: request, err: '' };
  const tops = zdb.pool.zio.tops.flatMap((top) => (top === undefined ? [] : [top.vdev]));
  const vdev = findVdev(tops, request.vdev);
  if (vdev === undefined) return { out: `***Invalid vdev: ${request.vdev}\n`, err: '' };
  let err =
    vdev instanceof VdevDisk ? `Found vdev: ${vdev.path}\n` : `Found vdev type: ${vdev.type}\n`;
  const { flags, notes } = request;
  let bytes: Uint8Array;
  try {
    const size = Math.ceil(request.psize / 2 ** vdev.ashift) * 2 ** vdev.ashift;
    bytes = vdev.read(request.offset, size, () => true).slice(0, request.psize);
  } catch (error) {
    if (!(error instanceof ZfsError)) throw error;
    return { out: `${notes}Read of ${thing} failed, error: 5\n`, err };
  }
  const stored = bytes;
  if (flags.has('d')) {
    const unpacked = decompress(zdb, bytes, request);
    err += unpacked.err;
    if (unpacked.bytes === undefined) return { out: `Decompress of ${thing} failed\n`, err };
    bytes = unpacked.bytes;
  }
  const isSwapped = flags.has('e');
  if (flags.has('r')) {
    if (isSwapped) swap64(bytes, 0, bytes.length);
    return { out: bytes, err };
  }
  let out = notes;
  const pointer = (at: number): string => `${blkptrText(readBlkptr(bytes, at))}\n`;
  if (isSwapped && (flags.has('b') || flags.has('i') || flags.has('g'))) {
    swap64(bytes, 0, bytes.length);
  }
  if (flags.has('b')) out += pointer(request.pointerAt);
  else if (flags.has('i')) {
    for (let at = 0; at + 128 <= bytes.length; at += 128) out += pointer(at);
  } else if (flags.has('g')) {
    for (let i = 0; i < SPA_GBH_NBLKPTRS; i += 1) out += pointer(i * 128);
  } else out += dumpText(thing, bytes, isSwapped);
  if (flags.has('c') && !flags.has('g')) out += checksumsText(zdb, stored);
  return { out, err };
}
