/**
 * `receive_resume_token`, read: `1-CHECKSUM-SIZE-HEX`, where HEX is a compressed name-value list.
 * @see lib/libzfs/common/libzfs_sendrecv.c zfs_send_resume_token_to_nvlist()
 */
import type { NvList } from '#abi/illumos/nvpair.ts';
import { nvlistUnpack } from '#kernel/fs/zfs/ondisk/nvlist.ts';
import { nvlistUnpackNative } from '#kernel/fs/zfs/ondisk/nvlist-native.ts';
import { ZfsError } from '#kernel/fs/zfs/ondisk/zfs-error.ts';
import { Fletcher } from '#kernel/fs/zfs/zio/fletcher.ts';
import { InflateError } from '#lib/libc/deflate/inflate.ts';
import { inflateZlib } from '#lib/libc/deflate/zlib.ts';

/** `ZFS_SEND_RESUME_TOKEN_VERSION` */
const VERSION = 1n;
const MAX_SIZE = 65_536;

/** Undefined when that fails or gets too long. */
function inflateAll(bytes: Uint8Array, limit: number): Uint8Array | undefined {
  try {
    return inflateZlib(bytes, limit);
  } catch (error) {
    if (error instanceof InflateError) return undefined;
    throw error;
  }
}

function unpack(packed: Uint8Array): NvList | undefined {
  try {
    return packed[0] === 0 ? nvlistUnpackNative(packed) : nvlistUnpack(packed);
  } catch (error) {
    if (error instanceof ZfsError) return undefined;
    throw error;
  }
}

/** The list, or what zfs says is wrong with the token. */
export function parseResumeToken(token: string): NvList | string {
  const match = /^(\d+)-([0-9a-f]+)-([0-9a-f]+)-([0-9a-f]*)$/.exec(token);
  if (match === null) return 'resume token is corrupt (invalid format)';
  const [, version = '', checksum = '', size = '', hex = ''] = match;
  if (BigInt(version) !== VERSION) return `resume token is corrupt (invalid version ${version})`;
  const compressed = new Uint8Array(Math.floor(hex.length / 2));
  for (let i = 0; i < compressed.length; i += 1) {
    compressed[i] = Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16);
  }
  const whole = compressed.subarray(0, compressed.length - (compressed.length % 4));
  const sum = new Fletcher().fletcher4(whole);
  const word = (BigInt(sum[1] ?? 0) << 32n) | BigInt(sum[0] ?? 0);
  if (word !== BigInt(`0x${checksum}`)) return 'resume token is corrupt (incorrect checksum)';
  const length = Number.parseInt(size, 16);
  const packed = length > MAX_SIZE ? undefined : inflateAll(compressed, length);
  if (packed === undefined) return 'resume token is corrupt (decompression failed)';
  return unpack(packed) ?? 'resume token is corrupt (nvlist_unpack failed)';
}
