/**
 * Writing system attributes: choosing or making the layout, and packing the values into the bonus
 * buffer and, when they don't fit, into a spill block.
 * @see uts/common/fs/zfs/sa.c sa_build_layouts()
 */
import { assert } from '#base/assert.ts';
import type { Dnode } from '../dmu/dnode.ts';
import { setBonus, setSpill } from '../dmu/dmu-object.ts';
import {
  DMU_OT_SA,
  DMU_OT_SA_ATTR_LAYOUTS,
  DMU_OT_SA_ATTR_REGISTRATION,
  DMU_OT_SA_MASTER_NODE,
} from '../ondisk/dmu-ot.ts';
import type { Objset } from '../dmu/objset.ts';
import { viewOf } from '../ondisk/struct.ts';
import { zapCreate, zapCreateFat, zapSet, zapSetNumber } from '../zap/zap.ts';
import { zapU16Array } from '../zap/zap-value.ts';
import { SA_MAGIC, type SaAttribute, saHeaderSize, SaRegistry } from './sa.ts';

/** Number, name, length (0 = variable) and byte swap of every attribute of the ZPL. */
export const ZPL_ATTRIBUTES: readonly SaAttribute[] = (
  [
    ['ZPL_ATIME', 16, 0],
    ['ZPL_MTIME', 16, 0],
    ['ZPL_CTIME', 16, 0],
    ['ZPL_CRTIME', 16, 0],
    ['ZPL_GEN', 8, 0],
    ['ZPL_MODE', 8, 0],
    ['ZPL_SIZE', 8, 0],
    ['ZPL_PARENT', 8, 0],
    ['ZPL_LINKS', 8, 0],
    ['ZPL_XATTR', 8, 0],
    ['ZPL_RDEV', 8, 0],
    ['ZPL_FLAGS', 8, 0],
    ['ZPL_UID', 8, 0],
    ['ZPL_GID', 8, 0],
    ['ZPL_PAD', 32, 0],
    ['ZPL_ZNODE_ACL', 88, 3],
    ['ZPL_DACL_COUNT', 8, 0],
    ['ZPL_SYMLINK', 0, 3],
    ['ZPL_SCANSTAMP', 32, 3],
    ['ZPL_DACL_ACES', 0, 4],
    ['ZPL_DXATTR', 0, 3],
    ['ZPL_PROJID', 8, 0],
  ] as const
).map(([name, sizeBytes, swap], number) => ({ name, number, sizeBytes, swap }));

/** First layout number of our own; 0 and 1 stand for znodes of before system attributes. */
const FIRST_LAYOUT = 2;
/** Layouts are in ten bits. */
const MAX_LAYOUT = 1023;

/** Makes the registry and layout objects of a new file system; the SA master node's number. */
export function createSaMaster(objset: Objset): number {
  const master = zapCreate(objset, DMU_OT_SA_MASTER_NODE);
  const registry = zapCreate(objset, DMU_OT_SA_ATTR_REGISTRATION);
  for (const { name, number, sizeBytes, swap } of ZPL_ATTRIBUTES) {
    zapSetNumber(objset, registry, name, sizeBytes * 2 ** 24 + swap * 2 ** 16 + number);
  }
  zapSetNumber(objset, master, 'REGISTRY', registry);
  zapSetNumber(objset, master, 'LAYOUTS', zapCreateFat(objset, DMU_OT_SA_ATTR_LAYOUTS));
  return master;
}

/** The number of the layout with these attributes, which is made when there is none. */
export function layoutNumber(
  objset: Objset,
  registry: SaRegistry,
  numbers: readonly number[],
): number {
  const wanted = numbers.join(' ');
  let highest = FIRST_LAYOUT - 1;
  for (const [number, attributes] of registry.layouts) {
    if (attributes.join(' ') === wanted) return number;
    highest = Math.max(highest, number);
  }
  const number = highest + 1;
  assert(number <= MAX_LAYOUT, 'attribute layouts fit into ten bits');
  registry.layouts.set(number, numbers);
  zapSet(objset, registry.layoutsObject, String(number), zapU16Array(numbers));
  return number;
}

interface NamedValue {
  readonly attribute: SaAttribute;
  readonly value: Uint8Array;
}

function packedSize(values: readonly NamedValue[]): number {
  const variable = values.filter(({ attribute }) => attribute.sizeBytes === 0).length;
  return values.reduce(
    (size, { value }) => size + Math.ceil(value.length / 8) * 8,
    saHeaderSize(variable),
  );
}

function pack(objset: Objset, registry: SaRegistry, values: readonly NamedValue[]): Uint8Array {
  const variable = values.filter(({ attribute }) => attribute.sizeBytes === 0);
  const headerSize = saHeaderSize(variable.length);
  const layout = layoutNumber(
    objset,
    registry,
    values.map(({ attribute }) => attribute.number),
  );
  const bytes = new Uint8Array(packedSize(values));
  const view = viewOf(bytes);
  view.setUint32(0, SA_MAGIC, true);
  view.setUint16(4, layout | ((headerSize / 8) << 10), true);
  variable.forEach(({ value }, i) => view.setUint16(6 + i * 2, value.length, true));
  let at = headerSize;
  for (const { value } of values) {
    bytes.set(value, at);
    at += Math.ceil(value.length / 8) * 8;
  }
  return bytes;
}

/** Order in which attributes are laid out; the variable ones last, as they may have to spill. */
const ORDER: readonly string[] = [
  'ZPL_MODE',
  'ZPL_SIZE',
  'ZPL_GEN',
  'ZPL_UID',
  'ZPL_GID',
  'ZPL_PARENT',
  'ZPL_FLAGS',
  'ZPL_ATIME',
  'ZPL_MTIME',
  'ZPL_CTIME',
  'ZPL_CRTIME',
  'ZPL_LINKS',
  'ZPL_PROJID',
  'ZPL_XATTR',
  'ZPL_RDEV',
  'ZPL_DACL_COUNT',
  'ZPL_DACL_ACES',
  'ZPL_SYMLINK',
  'ZPL_SCANSTAMP',
  'ZPL_DXATTR',
];

function rank(name: string): number {
  const index = ORDER.indexOf(name);
  return index < 0 ? ORDER.length : index;
}

/** Replaces all attributes of the file in `dnode`. */
export function saWriteAll(
  registry: SaRegistry,
  dnode: Dnode,
  values: ReadonlyMap<string, Uint8Array>,
): void {
  const named: NamedValue[] = [];
  for (const [name, value] of values) {
    const attribute = registry.byName.get(name);
    assert(attribute !== undefined, `attribute ${name} is registered`);
    named.push({ attribute, value });
  }
  named.sort((a, b) => rank(a.attribute.name) - rank(b.attribute.name));
  const { objset } = dnode;
  dnode.bonusType = DMU_OT_SA;
  if (packedSize(named) <= dnode.bonusRoom) {
    if (dnode.spillBlock() !== null) setSpill(dnode, null);
    setBonus(dnode, pack(objset, registry, named));
    return;
  }
  // A dnode with a spill pointer has 128 bytes less for its bonus.
  const room = dnode.slots * 512 - 64 - dnode.blkptrs.length * 128 - 128;
  let inBonus = named.length;
  while (inBonus > 0 && packedSize(named.slice(0, inBonus)) > room) inBonus -= 1;
  const spill = pack(objset, registry, named.slice(inBonus));
  const rounded = new Uint8Array(Math.ceil(spill.length / 512) * 512);
  rounded.set(spill);
  setSpill(dnode, rounded);
  setBonus(dnode, pack(objset, registry, named.slice(0, inBonus)));
}
