/**
 * Properties of datasets as text, with where they come from.
 * @see lib/libzfs/common/libzfs_dataset.c zfs_prop_get()
 */
import { type NvList, nvGetList, nvGetString, nvGetUint64 } from '#abi/illumos/nvpair.ts';
import { zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import {
  isUserquotaProp,
  isWrittenProp,
  type PropRow,
  propWordOf,
  ZFS_TYPE_BOOKMARK,
  ZFS_TYPE_SNAPSHOT,
  zfsProp,
} from '#abi/illumos/zfs-prop.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { localtime, strftime, type Timezone, timezoneFrom } from '#lib/libc/time.ts';
import {
  altrootOf,
  mountedDatasets,
  type MountedAt,
  type ZfsDataset,
} from '#lib/libzfs/dataset.ts';
import type { LibZfs } from '#lib/libzfs/handle.ts';
import { mountpointOf } from '#lib/libzfs/mount.ts';
import { zfsNicenum } from '#lib/libzfs/nicenum.ts';
import { receiveResumeToken } from '#lib/libzfs/receive-partial.ts';
import { userquotaText } from '#lib/libzfs/userspace.ts';

/** A value and its source, in the words of `zfs get`. */
export interface PropText {
  readonly value: string;
  readonly source: 'none' | 'default' | 'temporary' | 'local' | 'inherited' | 'received';
  /** The dataset it is inherited from. */
  readonly from: string;
}

const EMPTY: NvList = new Map();
const UINT64_MAX = 0xffffffffffffffffn;
/** Numbers for which 0 means that there is none. */
const LIMITS = new Set(['quota', 'refquota', 'reservation', 'refreservation']);
const COUNT_LIMITS = new Set([
  'filesystem_limit',
  'snapshot_limit',
  'filesystem_count',
  'snapshot_count',
]);
const PLAIN = new Set(['guid', 'createtxg', 'userrefs', 'numclones', 'objsetid', 'pbkdf2iters']);
const RATIOS = new Set(['compressratio', 'refcompressratio']);
/** Kept in the file system itself. */
const ZPL_PROPS = new Set(['version', 'normalization', 'utf8only', 'casesensitivity']);
/** What mount options say of properties: option, property, value. */
const MOUNT_OPTIONS: readonly (readonly [option: string, prop: string, value: string])[] = [
  ['ro', 'readonly', 'on'],
  ['rw', 'readonly', 'off'],
  ['setuid', 'setuid', 'on'],
  ['nosetuid', 'setuid', 'off'],
  ['exec', 'exec', 'on'],
  ['noexec', 'exec', 'off'],
  ['devices', 'devices', 'on'],
  ['nodevices', 'devices', 'off'],
  ['atime', 'atime', 'on'],
  ['noatime', 'atime', 'off'],
  ['xattr', 'xattr', 'on'],
  ['noxattr', 'xattr', 'off'],
  ['nbmand', 'nbmand', 'on'],
  ['nonbmand', 'nbmand', 'off'],
];

/** Reads properties of many datasets: what they share is asked for once. */
export class PropReader {
  readonly zfs: LibZfs;
  /** -p: numbers in full. */
  readonly isLiteral: boolean;
  readonly #zone: Timezone;
  #mounted: MountedAt[] | undefined;
  readonly #altroots: Map<string, string> = new Map();
  readonly #zpl: Map<string, NvList> = new Map();

  constructor(zfs: LibZfs, isLiteral: boolean) {
    this.zfs = zfs;
    this.isLiteral = isLiteral;
    this.#zone = timezoneFrom(zfs.sys.env);
  }

  *#mountOf(name: string): Task<MountedAt | undefined> {
    this.#mounted ??= yield* mountedDatasets(this.zfs);
    return this.#mounted.find((each) => each.name === name);
  }

  *#altroot(pool: string): Task<string> {
    const known = this.#altroots.get(pool);
    if (known !== undefined) return known;
    const found = yield* altrootOf(this.zfs, pool);
    this.#altroots.set(pool, found);
    return found;
  }

  *#zplProps(name: string): Task<NvList> {
    let props = this.#zpl.get(name);
    if (props === undefined) {
      const command = zfsCommand({ name });
      const errno = yield* this.zfs.ioctl('ZFS_IOC_OBJSET_ZPLPROPS', command);
      props = errno === undefined ? (command.destination ?? EMPTY) : EMPTY;
      this.#zpl.set(name, props);
    }
    return props;
  }

  /** A number for people, or in full. */
  size(value: bigint): string {
    return this.isLiteral ? String(value) : zfsNicenum(value);
  }

  /** Any property by name; undefined when the dataset has no such one. */
  *get(dataset: ZfsDataset, name: string): Task<PropText | undefined> {
    const row = zfsProp(name);
    if (row !== undefined) return yield* this.native(dataset, row);
    if (isUserquotaProp(name)) {
      const value = yield* userquotaText(this, dataset.name, name);
      return value === undefined ? undefined : { value, source: 'local', from: '' };
    }
    if (isWrittenProp(name)) {
      const value = yield* this.#written(dataset, name);
      return value === undefined ? undefined : { value, source: 'none', from: '' };
    }
    const pair = nvGetList(dataset.props, name);
    const value = pair === undefined ? undefined : nvGetString(pair, 'value');
    return value === undefined ? undefined : { value, ...sourceOf(dataset, pair ?? EMPTY) };
  }

  *#written(dataset: ZfsDataset, name: string): Task<string | undefined> {
    const snapshot = name.slice('written@'.length);
    const value = snapshot.includes('@') ? snapshot : `${dataset.head}@${snapshot}`;
    const command = zfsCommand({ name: dataset.name, value });
    const errno = yield* this.zfs.ioctl('ZFS_IOC_SPACE_WRITTEN', command);
    if (errno !== undefined) return undefined;
    return this.size(nvGetUint64(command.destination ?? EMPTY, 'used') ?? 0n);
  }

  /** A property of the table, as `zfs_prop_get` shows it. */
  *native(dataset: ZfsDataset, row: PropRow): Task<PropText | undefined> {
    const { name } = row;
    const none = { source: 'none', from: '' } as const;
    if (name === 'name') return { value: dataset.name, ...none };
    if ((row.types & dataset.type) === 0) return undefined;
    if (name === 'type') return { value: dataset.typeName, ...none };
    if (name === 'mounted') {
      const mount = yield* this.#mountOf(dataset.name);
      return { value: mount === undefined ? 'no' : 'yes', ...none };
    }
    if (name === 'receive_resume_token') {
      const value = yield* receiveResumeToken(this.zfs, dataset.name);
      return value === undefined ? undefined : { value, ...none };
    }
    if (name === 'mountpoint') return yield* this.#mountpoint(dataset);
    if (name === 'origin') {
      const origin = dataset.stats?.origin ?? '';
      return origin === '' ? undefined : { value: origin, ...none };
    }
    if (name === 'clones') {
      if (dataset.type !== ZFS_TYPE_SNAPSHOT) return undefined;
      const list = nvGetList(dataset.prop('clones'), 'value');
      return { value: [...(list?.keys() ?? [])].join(','), ...none };
    }
    if (ZPL_PROPS.has(name)) return yield* this.#zplText(dataset, row);
    const text = this.#plain(dataset, row);
    if (text === undefined) return undefined;
    return yield* this.#mountOption(dataset, name, text);
  }

  *#zplText(dataset: ZfsDataset, row: PropRow): Task<PropText | undefined> {
    const value = nvGetUint64(yield* this.#zplProps(dataset.name), row.name);
    if (value === undefined) return undefined;
    const word = row.name === 'version' ? String(value) : (propWordOf(row, value) ?? String(value));
    return { value: word, source: 'none', from: '' };
  }

  *#mountpoint(dataset: ZfsDataset): Task<PropText | undefined> {
    if (!dataset.isFileSystem) return undefined;
    const altroot = yield* this.#altroot(dataset.pool);
    const value = mountpointOf(dataset.name, dataset.props, altroot);
    return { value, ...sourceOf(dataset, dataset.prop('mountpoint'), zfsProp('mountpoint')) };
  }

  /** What a mounted file system was mounted with counts, be it only for now. */
  *#mountOption(dataset: ZfsDataset, name: string, text: PropText): Task<PropText> {
    if (!MOUNT_OPTIONS.some(([, prop]) => prop === name)) return text;
    const mount = yield* this.#mountOf(dataset.name);
    if (mount === undefined) return text;
    const words = mount.options.split(',');
    const said = MOUNT_OPTIONS.find(([option, prop]) => prop === name && words.includes(option));
    if (said === undefined || said[2] === text.value) return text;
    return { value: said[2], source: 'temporary', from: '' };
  }

  /** What the kernel answered, by the kind of the property. */
  #plain(dataset: ZfsDataset, row: PropRow): PropText | undefined {
    const pair = nvGetList(dataset.props, row.name);
    const where = sourceOf(dataset, pair ?? EMPTY, row);
    if (row.kind === 'string') {
      const value = pair === undefined ? row.default : nvGetString(pair, 'value');
      if (typeof value !== 'string') return undefined;
      return { value: row.name === 'mlslabel' && value === '' ? 'none' : value, ...where };
    }
    const given = pair === undefined ? undefined : nvGetUint64(pair, 'value');
    if (given === undefined && dataset.type === ZFS_TYPE_BOOKMARK) return undefined;
    if (given === undefined && row.attr === 'readonly') return undefined;
    const number = given ?? (typeof row.default === 'bigint' ? row.default : undefined);
    if (number === undefined) return undefined;
    const value = this.#numberText(row, number);
    return { value, ...where };
  }

  #numberText(row: PropRow, value: bigint): string {
    const { name } = row;
    if (name === 'creation') {
      if (this.isLiteral) return String(value);
      return strftime('%a %b %e %k:%M %Y', localtime(value * 1_000_000_000n, this.#zone));
    }
    if (name === 'defer_destroy') return value === 0n ? 'off' : 'on';
    if (row.kind === 'index') return propWordOf(row, value) ?? String(value);
    if (LIMITS.has(name) && value === 0n && !this.isLiteral) return 'none';
    if (COUNT_LIMITS.has(name) && value === UINT64_MAX && !this.isLiteral) return 'none';
    if (RATIOS.has(name)) {
      const ratio = `${value / 100n}.${String(value % 100n).padStart(2, '0')}`;
      return this.isLiteral ? ratio : `${ratio}x`;
    }
    return PLAIN.has(name) ? String(value) : this.size(value);
  }

  /** What was received, for the column RECEIVED; undefined for nothing. */
  *received(dataset: ZfsDataset, name: string): Task<string | undefined> {
    const command = zfsCommand({ name: dataset.name });
    const errno = yield* this.zfs.ioctl('ZFS_IOC_OBJSET_RECVD_PROPS', command);
    if (errno !== undefined) return undefined;
    const pair = nvGetList(command.destination ?? EMPTY, name);
    if (pair === undefined) return undefined;
    const text = nvGetString(pair, 'value');
    if (text !== undefined) return text;
    const row = zfsProp(name);
    const value = nvGetUint64(pair, 'value');
    return row === undefined || value === undefined ? undefined : this.#numberText(row, value);
  }
}

/** What nobody set has its default, if it can be set at all. */
function sourceOf(
  dataset: ZfsDataset,
  pair: NvList,
  row?: PropRow,
): Pick<PropText, 'source' | 'from'> {
  const isSettable = row !== undefined && row.attr !== 'readonly';
  const source = nvGetString(pair, 'source') ?? (isSettable ? '' : undefined);
  if (source === undefined) return { source: 'none', from: '' };
  if (source === '') return { source: 'default', from: '' };
  if (source === '$recvd') return { source: 'received', from: '' };
  if (source === dataset.name) return { source: 'local', from: '' };
  return { source: 'inherited', from: source };
}
