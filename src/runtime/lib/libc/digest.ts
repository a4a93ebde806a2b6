/** Message digests by name, for digest(1), the *sum commands and whoever needs one. */
import type { Hash } from '#lib/libc/digest/block-hash.ts';
import { Md5 } from '#lib/libc/digest/md5.ts';
import { Sha1 } from '#lib/libc/digest/sha1.ts';
import { Sha256, Sha512 } from '#lib/libc/digest/sha2.ts';

export type { Hash } from '#lib/libc/digest/block-hash.ts';

export const DIGESTS: Readonly<Record<string, () => Hash>> = {
  sha1: () => new Sha1(),
  md5: () => new Md5(),
  sha224: () => new Sha256(224),
  sha256: () => new Sha256(256),
  sha384: () => new Sha512(384),
  sha512: () => new Sha512(512),
};
