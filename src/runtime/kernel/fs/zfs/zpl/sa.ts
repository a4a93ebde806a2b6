/**
 * System attributes: what a file's znode was before ZPL 5, as a packed list whose layout is kept once
 * for each file system. Attributes fill the bonus buffer and spill into a block of their own.
 * Surprising: the layout's number is in the header; layouts and attribute numbers are assigned by
 * the file system itself, so that nothing but names is fixed.
 * @see uts/common/fs/zfs/sa.c
 */
import type { Dnode } from '../dmu/dnode.ts';
import type { Objset } from '../dmu/objset.ts';
import { swap16, swap32, swap64 } from '../ondisk/byteswap.ts';
import { viewOf } from '../ondisk/struct.ts';
import { corrupt } from '../ondisk/zfs-error.ts';
import { zapEntries, zapLookupNumber } from '../zap/zap.ts';
import { firstInteger, integersOf } from '../zap/zap-value.ts';

export const SA_MAGIC = 0x2f505a;
const SA_MAGIC_SWAPPED = 0x5a502f00;
export const SA_HDR_MIN = 8;

export interface SaAttribute {
  readonly name: string;
  readonly number: number;
  /** 0: its length is in the header of each use. */
  readonly sizeBytes: number;
  readonly swap: number;
}

/** The attributes and layouts of one file system. */
export class SaRegistry {
  readonly byNumber: Map<number, SaAttribute> = new Map();
  readonly byName: Map<string, SaAttribute> = new Map();
  /** Layout number → attribute numbers in order. */
  readonly layouts: Map<number, readonly number[]> = new Map();
  readonly registryObject: number;
  readonly layoutsObject: number;

  constructor(objset: Objset, masterObject: number) {
    this.registryObject = zapLookupNumber(objset, masterObject, 'REGISTRY') ?? 0;
    this.layoutsObject = zapLookupNumber(objset, masterObject, 'LAYOUTS') ?? 0;
    if (this.registryObject !== 0) {
      for (const { name, value } of zapEntries(objset, this.registryObject)) {
        const packed = firstInteger(value);
        this.add({
          name,
          number: Number(packed & 0xffffn),
          sizeBytes: Number((packed >> 24n) & 0xffffn),
          swap: Number((packed >> 16n) & 0xffn),
        });
      }
    }
    if (this.layoutsObject !== 0) {
      for (const { name, value } of zapEntries(objset, this.layoutsObject)) {
        this.layouts.set(Number(name), integersOf(value).map(Number));
      }
    }
  }

  add(attribute: SaAttribute): void {
    this.byNumber.set(attribute.number, attribute);
    this.byName.set(attribute.name, attribute);
  }
}

/** Size of the header before `lengths` variable lengths. */
export function saHeaderSize(variableCount: number): number {
  return SA_HDR_MIN + (variableCount <= 1 ? 0 : Math.ceil(((variableCount - 1) * 2) / 8) * 8);
}

/** Attribute values by name, of a bonus buffer or spill block. */
function parse(registry: SaRegistry, raw: Uint8Array, into: Map<string, Uint8Array>): void {
  let bytes = raw;
  let view = viewOf(bytes);
  const magic = view.getUint32(0, true);
  const isSwapped = magic === SA_MAGIC_SWAPPED;
  if (isSwapped) {
    bytes = raw.slice();
    swap32(bytes, 0, 4);
    swap16(bytes, 4, 6);
    view = viewOf(bytes);
  } else if (magic !== SA_MAGIC) {
    throw corrupt('sa_hdr_phys_t', `magic ${magic.toString(16)}`);
  }
  const info = view.getUint16(4, true);
  const layout = registry.layouts.get(info & 0x3ff);
  if (layout === undefined) throw corrupt('sa_hdr_phys_t', `layout ${info & 0x3ff} is not known`);
  let at = (info >> 10) * 8;
  let variable = 0;
  for (const number of layout) {
    const attribute = registry.byNumber.get(number);
    if (attribute === undefined) throw corrupt('sa_hdr_phys_t', `attribute ${number} is not known`);
    let size = attribute.sizeBytes;
    if (size === 0) {
      if (isSwapped) swap16(bytes, 6 + variable * 2, 8 + variable * 2);
      size = view.getUint16(6 + variable * 2, true);
      variable += 1;
    }
    if (at + size > bytes.length) throw corrupt('sa_hdr_phys_t', `${attribute.name} is cut off`);
    const value = bytes.slice(at, at + size);
    if (isSwapped) swapAttribute(attribute.swap, value);
    into.set(attribute.name, value);
    // Every attribute starts on eight bytes.
    at += Math.ceil(size / 8) * 8;
  }
}

function swapAttribute(kind: number, value: Uint8Array): void {
  if (kind === 0) swap64(value, 0, value.length);
  else if (kind === 1) swap32(value, 0, value.length);
  else if (kind === 2) swap16(value, 0, value.length);
}

/** Where a number attribute lies in a bonus buffer, or undefined when that takes a full parse. */
function placeOf(registry: SaRegistry, layout: number, name: string): number | undefined {
  let at = 0;
  for (const number of registry.layouts.get(layout) ?? []) {
    const attribute = registry.byNumber.get(number);
    if (attribute === undefined || attribute.sizeBytes === 0) return undefined;
    if (attribute.name === name) return at;
    at += Math.ceil(attribute.sizeBytes / 8) * 8;
  }
  return undefined;
}

/** Reads one number out of many files' bonus buffers without taking them apart. */
export class SaPeek {
  readonly #registry: SaRegistry;
  readonly #name: string;
  /** Byte behind the header by layout. */
  readonly #places: Map<number, number | undefined> = new Map();

  constructor(registry: SaRegistry, name: string) {
    this.#registry = registry;
    this.#name = name;
  }

  /** The attribute, or undefined when the bonus does not have it. */
  read(bonus: Uint8Array): bigint | undefined {
    const info = (bonus[4] as number) | ((bonus[5] as number) << 8);
    const layout = info & 0x3ff;
    if (!this.#places.has(layout)) {
      this.#places.set(layout, placeOf(this.#registry, layout, this.#name));
    }
    const place = this.#places.get(layout);
    const at = (info >> 10) * 8 + (place ?? 0);
    if (bonus[0] !== (SA_MAGIC & 0xff) || place === undefined || at + 8 > bonus.length) {
      const values = new Map<string, Uint8Array>();
      parse(this.#registry, bonus, values);
      const value = values.get(this.#name);
      return value === undefined ? undefined : viewOf(value).getBigUint64(0, true);
    }
    let high = 0;
    let low = 0;
    for (let i = 3; i >= 0; i -= 1) {
      low = low * 256 + (bonus[at + i] as number);
      high = high * 256 + (bonus[at + 4 + i] as number);
    }
    return high === 0 ? BigInt(low) : (BigInt(high) << 32n) | BigInt(low);
  }
}

/** All attributes of a file, each a copy. */
export function saReadAll(registry: SaRegistry, dnode: Dnode): Map<string, Uint8Array> {
  dnode.packStaleBonus();
  const values = new Map<string, Uint8Array>();
  parse(registry, dnode.bonus.subarray(0, dnode.bonusLen), values);
  const spill = dnode.spillBlock();
  if (spill !== null) parse(registry, spill, values);
  return values;
}
