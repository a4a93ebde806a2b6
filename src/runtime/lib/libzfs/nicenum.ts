/**
 * Numbers as zpool and zfs print and read them. @see lib/libzfs/common/libzfs_util.c
 */
import { nicenum } from '#lib/libc/nicenum.ts';

/** `zfs_nicenum`: at most five characters, `1.50K`. */
export function zfsNicenum(value: number | bigint): string {
  return nicenum(Number(value));
}

const SUFFIXES = 'BKMGTPEZ';
const TOO_LARGE = 'numeric value is too large';

/** How many bits a suffix stands for; undefined for one that is none. */
function shiftOf(suffix: string): number | undefined {
  if (suffix === '') return 0;
  const [first = '', ...rest] = suffix.toUpperCase();
  const place = SUFFIXES.indexOf(first);
  const isPlain = rest.length === 0 || (rest.join('') === 'B' && first !== 'B');
  return place < 0 || !isPlain ? undefined : 10 * place;
}

/** `zfs_nicestrtonum`: `1.5G`, `64K`, `10`; else what zfs says is wrong with it. */
export function niceStringToNumber(value: string): bigint | { readonly problem: string } {
  const match = /^(\d*)(\.\d*)?(.*)$/s.exec(value);
  const [, whole = '', fraction, suffix = ''] = match ?? [];
  if (!/^[0-9.]/.test(value)) return { problem: `bad numeric value '${value}'` };
  if (BigInt(whole === '' ? 0 : whole) >= 1n << 64n) return { problem: TOO_LARGE };
  const shift = shiftOf(suffix);
  if (shift === undefined) return { problem: `invalid numeric suffix '${suffix}'` };
  if (fraction !== undefined) {
    const scaled = Number.parseFloat(`${whole}${fraction}` || '0') * 2 ** shift;
    if (!(scaled < 2 ** 64)) return { problem: TOO_LARGE };
    return BigInt(Math.floor(scaled));
  }
  const result = BigInt(whole) << BigInt(shift);
  return result >= 1n << 64n ? { problem: TOO_LARGE } : result;
}
