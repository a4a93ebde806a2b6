/**
 * The properties of datasets and pools, one row each, in the order of `zfs_prop_t` and
 * `zpool_prop_t`: that of `zfs get all` (usage messages sort by name). Read by kernel, libzfs, docs
 * and UI. Surprising: `feature@…` of a pool is no row, it comes from the feature table.
 * @man zfsprops(8), zpoolprops(8)  @see common/zfs/zfs_prop.c, common/zfs/zpool_prop.c
 */
import type { PropAttr, PropKind, PropRow } from './zfs-prop.ts';

const FS = 1;
const SNAP = 2;
const VOL = 4;
const POOL = 8;
const MARK = 16;
const ANY: number = FS | SNAP | VOL;
const FS_VOL: number = FS | VOL;
const FS_SNAP: number = FS | SNAP;

/** A limit that is not set. */
const UINT64_MAX = 0xffffffffffffffffn;

type Index = readonly (readonly [string, number])[];

const ON_OFF: Index = [
  ['off', 0],
  ['on', 1],
];

function row(
  name: string,
  kind: PropKind,
  attr: PropAttr,
  initial: bigint | string | null,
  types: number,
  values: string,
  column: string,
  index: Index = [],
): PropRow {
  const isRightAligned = kind !== 'string';
  return {
    name,
    kind,
    attr,
    default: initial,
    types,
    index,
    values,
    column,
    isRightAligned,
    isHidden: false,
  };
}

function number(
  name: string,
  attr: PropAttr,
  initial: number | bigint,
  types: number,
  values: string,
  column: string,
): PropRow {
  return row(name, 'number', attr, BigInt(initial), types, values, column);
}

function text(
  name: string,
  attr: PropAttr,
  initial: string | null,
  types: number,
  values: string,
  column: string,
): PropRow {
  return row(name, 'string', attr, initial, types, values, column);
}

function index(
  name: string,
  attr: PropAttr,
  initial: number,
  types: number,
  values: string,
  column: string,
  words: Index,
): PropRow {
  return row(name, 'index', attr, BigInt(initial), types, values, column, words);
}

function onOff(
  name: string,
  attr: PropAttr,
  initial: 0 | 1,
  types: number,
  column: string,
): PropRow {
  return index(name, attr, initial, types, 'on | off', column, ON_OFF);
}

function hidden(
  name: string,
  kind: 'number' | 'string',
  attr: PropAttr,
  types: number,
  column: string,
): PropRow {
  const plain = row(name, kind, attr, kind === 'number' ? 0n : null, types, '', column);
  return { ...plain, isHidden: true };
}

const CHECKSUM: Index = [
  ['on', 1],
  ['off', 2],
  ['fletcher2', 6],
  ['fletcher4', 7],
  ['sha256', 8],
  ['noparity', 10],
  ['sha512', 11],
  ['skein', 12],
  ['edonr', 13],
];

/** `ZIO_CHECKSUM_VERIFY` is bit 8. */
const VERIFY = 256;
const DEDUP: Index = [
  ['on', 1],
  ['off', 2],
  ['verify', 1 + VERIFY],
  ['sha256', 8],
  ['sha256,verify', 8 + VERIFY],
  ['sha512', 11],
  ['sha512,verify', 11 + VERIFY],
  ['skein', 12],
  ['skein,verify', 12 + VERIFY],
  ['edonr,verify', 13 + VERIFY],
];

const COMPRESSION: Index = [
  ['on', 1],
  ['off', 2],
  ['lzjb', 3],
  ['gzip', 10],
  ['gzip-1', 5],
  ['gzip-2', 6],
  ['gzip-3', 7],
  ['gzip-4', 8],
  ['gzip-5', 9],
  ['gzip-6', 10],
  ['gzip-7', 11],
  ['gzip-8', 12],
  ['gzip-9', 13],
  ['zle', 14],
  ['lz4', 15],
];

const ENCRYPTION: Index = [
  ['on', 1],
  ['off', 2],
  ['aes-128-ccm', 3],
  ['aes-192-ccm', 4],
  ['aes-256-ccm', 5],
  ['aes-128-gcm', 6],
  ['aes-192-gcm', 7],
  ['aes-256-gcm', 8],
];

const KEYFORMAT: Index = [
  ['none', 0],
  ['raw', 1],
  ['hex', 2],
  ['passphrase', 3],
];

const KEYSTATUS: Index = [
  ['none', 0],
  ['unavailable', 1],
  ['available', 2],
];

const SNAPDIR: Index = [
  ['hidden', 0],
  ['visible', 1],
];

const ACLMODE: Index = [
  ['discard', 0],
  ['groupmask', 2],
  ['passthrough', 3],
  ['restricted', 4],
];

const ACLINHERIT: Index = [
  ['discard', 0],
  ['noallow', 1],
  ['restricted', 4],
  ['passthrough', 3],
  // An old word for the same.
  ['secure', 4],
  ['passthrough-x', 5],
];

const CASE: Index = [
  ['sensitive', 0],
  ['insensitive', 1],
  ['mixed', 2],
];

const COPIES: Index = [
  ['1', 1],
  ['2', 2],
  ['3', 3],
];

/** Flags of u8_textprep_str(9F). */
const NORMALIZATION: Index = [
  ['none', 0],
  ['formD', 0x10],
  ['formKC', 0x60],
  ['formC', 0x50],
  ['formKD', 0x20],
];

const VERSION: Index = [
  ['1', 1],
  ['2', 2],
  ['3', 3],
  ['4', 4],
  ['5', 5],
  ['current', 5],
];

const LOGBIAS: Index = [
  ['latency', 0],
  ['throughput', 1],
];

const CANMOUNT: Index = [
  ['off', 0],
  ['on', 1],
  ['noauto', 2],
];

const CACHE: Index = [
  ['none', 0],
  ['metadata', 1],
  ['all', 2],
];

const SYNC: Index = [
  ['standard', 0],
  ['always', 1],
  ['disabled', 2],
];

const DNODESIZE: Index = [
  ['legacy', 0],
  ['auto', 1],
  ['1k', 1024],
  ['2k', 2048],
  ['4k', 4096],
  ['8k', 8192],
  ['16k', 16384],
];

const REDUNDANT_METADATA: Index = [
  ['all', 0],
  ['most', 1],
];

const FAILMODE: Index = [
  ['wait', 0],
  ['continue', 1],
  ['panic', 2],
];

const CHECKSUM_VALUES = 'on | off | fletcher2 | fletcher4 | sha256 | sha512 | skein | edonr';
const DEDUP_VALUES =
  'on | off | verify | sha256[,verify], sha512[,verify], skein[,verify], edonr,verify';
const ENCRYPTION_VALUES =
  'on | off | aes-128-ccm | aes-192-ccm | aes-256-ccm | aes-128-gcm | aes-192-gcm | aes-256-gcm';
const ACLMODE_VALUES = 'discard | groupmask | passthrough | restricted';
const ACLINHERIT_VALUES = 'discard | noallow | restricted | passthrough | passthrough-x';
const RATIO = '<1.00x or higher if compressed>';
const CACHE_VALUES = 'all | none | metadata';
const DNODE_VALUES = 'legacy | auto | 1k | 2k | 4k | 8k | 16k';

/** `zfs_prop_t` */
export const ZFS_PROPS: readonly PropRow[] = [
  text('type', 'readonly', null, ANY | MARK, 'filesystem | volume | snapshot | bookmark', 'TYPE'),
  {
    ...number('creation', 'readonly', 0, ANY | MARK, '<date>', 'CREATION'),
    isRightAligned: false,
  },
  number('used', 'readonly', 0, ANY, '<size>', 'USED'),
  number('available', 'readonly', 0, FS_VOL, '<size>', 'AVAIL'),
  number('referenced', 'readonly', 0, ANY, '<size>', 'REFER'),
  number('compressratio', 'readonly', 0, ANY, RATIO, 'RATIO'),
  index('mounted', 'readonly', 0, FS, 'yes | no', 'MOUNTED', ON_OFF),
  text('origin', 'readonly', null, FS_VOL, '<snapshot>', 'ORIGIN'),
  number('quota', 'default', 0, FS, '<size> | none', 'QUOTA'),
  number('reservation', 'default', 0, FS_VOL, '<size> | none', 'RESERV'),
  number('volsize', 'default', 0, SNAP | VOL, '<size>', 'VOLSIZE'),
  number('volblocksize', 'onetime', 8192, VOL, '512 to 128k, power of 2', 'VOLBLOCK'),
  number('recordsize', 'inherit', 131072, FS, '512 to 1M, power of 2', 'RECSIZE'),
  text('mountpoint', 'inherit', '/', FS, '<path> | legacy | none', 'MOUNTPOINT'),
  text('sharenfs', 'inherit', 'off', FS, 'on | off | share(8) options', 'SHARENFS'),
  index('checksum', 'inherit', 1, FS_VOL, CHECKSUM_VALUES, 'CHECKSUM', CHECKSUM),
  index(
    'compression',
    'inherit',
    2,
    FS_VOL,
    'on | off | lzjb | gzip | gzip-[1-9] | zle | lz4',
    'COMPRESS',
    COMPRESSION,
  ),
  onOff('atime', 'inherit', 1, FS, 'ATIME'),
  onOff('devices', 'inherit', 1, FS_SNAP, 'DEVICES'),
  onOff('exec', 'inherit', 1, FS_SNAP, 'EXEC'),
  onOff('setuid', 'inherit', 1, FS_SNAP, 'SETUID'),
  onOff('readonly', 'inherit', 0, FS_VOL, 'RDONLY'),
  onOff('zoned', 'inherit', 0, FS, 'ZONED'),
  index('snapdir', 'inherit', 0, FS, 'hidden | visible', 'SNAPDIR', SNAPDIR),
  index('aclmode', 'inherit', 0, FS, ACLMODE_VALUES, 'ACLMODE', ACLMODE),
  index('aclinherit', 'inherit', 4, FS, ACLINHERIT_VALUES, 'ACLINHERIT', ACLINHERIT),
  onOff('aclimplicit', 'inherit', 1, FS, 'ACLIMPL'),
  number('createtxg', 'readonly', 0, ANY | MARK, '<uint64>', 'CREATETXG'),
  hidden('name', 'string', 'readonly', ANY | MARK, 'NAME'),
  index('canmount', 'default', 1, FS, 'on | off | noauto', 'CANMOUNT', CANMOUNT),
  hidden('iscsioptions', 'string', 'inherit', VOL, 'ISCSIOPTIONS'),
  onOff('xattr', 'inherit', 1, FS_SNAP, 'XATTR'),
  hidden('numclones', 'number', 'readonly', SNAP, 'NUMCLONES'),
  index('copies', 'inherit', 1, FS_VOL, '1 | 2 | 3', 'COPIES', COPIES),
  index('version', 'default', 0, FS_SNAP, '1 | 2 | 3 | 4 | 5 | current', 'VERSION', VERSION),
  onOff('utf8only', 'onetime', 0, FS_SNAP, 'UTF8ONLY'),
  index(
    'normalization',
    'onetime',
    0,
    FS_SNAP,
    'none | formC | formD | formKC | formKD',
    'NORMALIZATION',
    NORMALIZATION,
  ),
  index('casesensitivity', 'onetime', 0, FS_SNAP, 'sensitive | insensitive | mixed', 'CASE', CASE),
  onOff('vscan', 'inherit', 0, FS, 'VSCAN'),
  onOff('nbmand', 'inherit', 0, FS_SNAP, 'NBMAND'),
  text('sharesmb', 'inherit', 'off', FS, 'on | off | sharemgr(8) options', 'SHARESMB'),
  number('refquota', 'default', 0, FS, '<size> | none', 'REFQUOTA'),
  number('refreservation', 'default', 0, FS_VOL, '<size> | none', 'REFRESERV'),
  number('guid', 'readonly', 0, ANY | MARK, '<uint64>', 'GUID'),
  index('primarycache', 'inherit', 2, ANY, CACHE_VALUES, 'PRIMARYCACHE', CACHE),
  index('secondarycache', 'inherit', 2, ANY, CACHE_VALUES, 'SECONDARYCACHE', CACHE),
  number('usedbysnapshots', 'readonly', 0, FS_VOL, '<size>', 'USEDSNAP'),
  number('usedbydataset', 'readonly', 0, FS_VOL, '<size>', 'USEDDS'),
  number('usedbychildren', 'readonly', 0, FS_VOL, '<size>', 'USEDCHILD'),
  number('usedbyrefreservation', 'readonly', 0, FS_VOL, '<size>', 'USEDREFRESERV'),
  hidden('useraccounting', 'number', 'readonly', ANY, 'USERACCOUNTING'),
  hidden('stmf_sbd_lu', 'string', 'inherit', VOL, 'STMF_SBD_LU'),
  index('defer_destroy', 'readonly', 0, SNAP, 'yes | no', 'DEFER_DESTROY', ON_OFF),
  number('userrefs', 'readonly', 0, SNAP, '<count>', 'USERREFS'),
  index('logbias', 'inherit', 0, FS_VOL, 'latency | throughput', 'LOGBIAS', LOGBIAS),
  hidden('unique', 'number', 'readonly', ANY, 'UNIQUE'),
  hidden('objsetid', 'number', 'readonly', ANY, 'OBJSETID'),
  index('dedup', 'inherit', 2, FS_VOL, DEDUP_VALUES, 'DEDUP', DEDUP),
  text('mlslabel', 'inherit', 'none', ANY, '<sensitivity label>', 'MLSLABEL'),
  index('sync', 'inherit', 0, FS_VOL, 'standard | always | disabled', 'SYNC', SYNC),
  index('dnodesize', 'inherit', 0, FS, DNODE_VALUES, 'DNSIZE', DNODESIZE),
  number('refcompressratio', 'readonly', 0, ANY, RATIO, 'REFRATIO'),
  number('written', 'readonly', 0, ANY, '<size>', 'WRITTEN'),
  text('clones', 'readonly', null, SNAP, '<dataset>[,...]', 'CLONES'),
  number('logicalused', 'readonly', 0, FS_VOL, '<size>', 'LUSED'),
  number('logicalreferenced', 'readonly', 0, ANY, '<size>', 'LREFER'),
  hidden('inconsistent', 'number', 'readonly', ANY, 'INCONSISTENT'),
  number('filesystem_limit', 'default', UINT64_MAX, FS, '<count> | none', 'FSLIMIT'),
  number('snapshot_limit', 'default', UINT64_MAX, FS_VOL, '<count> | none', 'SSLIMIT'),
  number('filesystem_count', 'readonly', UINT64_MAX, FS, '<count>', 'FSCOUNT'),
  number('snapshot_count', 'readonly', UINT64_MAX, FS_VOL, '<count>', 'SSCOUNT'),
  index('redundant_metadata', 'inherit', 0, FS_VOL, 'all | most', 'REDUND_MD', REDUNDANT_METADATA),
  hidden('prevsnap', 'string', 'readonly', FS_VOL, 'PREVSNAP'),
  text('receive_resume_token', 'readonly', null, FS_VOL, '<string token>', 'RESUMETOK'),
  hidden('remaptxg', 'number', 'readonly', ANY, 'REMAPTXG'),
  number(
    'special_small_blocks',
    'inherit',
    0,
    FS,
    'zero or 512 to 128K, power of 2',
    'SPECIAL_SMALL_BLOCKS',
  ),
  index('encryption', 'onetime', 2, ANY, ENCRYPTION_VALUES, 'ENCRYPTION', ENCRYPTION),
  text('keylocation', 'default', 'none', FS_VOL, 'prompt | <file URI>', 'KEYLOCATION'),
  index(
    'keyformat',
    'onetime_default',
    0,
    FS_VOL,
    'none | raw | hex | passphrase',
    'KEYFORMAT',
    KEYFORMAT,
  ),
  hidden('pbkdf2salt', 'number', 'onetime_default', FS_VOL, 'PBKDF2SALT'),
  number('pbkdf2iters', 'onetime_default', 0, FS_VOL, '<iters>', 'PBKDF2ITERS'),
  text('encryptionroot', 'readonly', null, ANY, '<filesystem | volume>', 'ENCROOT'),
  hidden('keyguid', 'number', 'readonly', ANY, 'KEYGUID'),
  index('keystatus', 'readonly', 0, ANY, 'none | unavailable | available', 'KEYSTATUS', KEYSTATUS),
  hidden('ivsetguid', 'number', 'readonly', ANY | MARK, 'IVSETGUID'),
];

/** `zpool_prop_t` */
export const ZPOOL_PROPS: readonly PropRow[] = [
  hidden('name', 'string', 'readonly', POOL, 'NAME'),
  number('size', 'readonly', 0, POOL, '<size>', 'SIZE'),
  number('capacity', 'readonly', 0, POOL, '<size>', 'CAP'),
  text('altroot', 'default', null, POOL, '<path>', 'ALTROOT'),
  number('health', 'readonly', 0, POOL, '<state>', 'HEALTH'),
  number('guid', 'readonly', 0, POOL, '<guid>', 'GUID'),
  number('version', 'default', 5000, POOL, '<version>', 'VERSION'),
  text('bootfs', 'default', null, POOL, '<filesystem>', 'BOOTFS'),
  onOff('delegation', 'default', 1, POOL, 'DELEGATION'),
  onOff('autoreplace', 'default', 0, POOL, 'REPLACE'),
  text('cachefile', 'default', null, POOL, '<file> | none', 'CACHEFILE'),
  index('failmode', 'default', 0, POOL, 'wait | continue | panic', 'FAILMODE', FAILMODE),
  onOff('listsnapshots', 'default', 0, POOL, 'LISTSNAPS'),
  onOff('autoexpand', 'default', 0, POOL, 'EXPAND'),
  number('dedupditto', 'default', 0, POOL, '<threshold (min 100)>', 'DEDUPDITTO'),
  number('dedupratio', 'readonly', 0, POOL, '<1.00x or higher if deduped>', 'DEDUP'),
  number('free', 'readonly', 0, POOL, '<size>', 'FREE'),
  number('allocated', 'readonly', 0, POOL, '<size>', 'ALLOC'),
  onOff('readonly', 'default', 0, POOL, 'RDONLY'),
  text('comment', 'default', null, POOL, '<comment-string>', 'COMMENT'),
  number('expandsize', 'readonly', 0, POOL, '<size>', 'EXPANDSZ'),
  number('freeing', 'readonly', 0, POOL, '<size>', 'FREEING'),
  number('fragmentation', 'readonly', 0, POOL, '<percent>', 'FRAG'),
  number('leaked', 'readonly', 0, POOL, '<size>', 'LEAKED'),
  hidden('maxblocksize', 'number', 'readonly', POOL, 'MAXBLOCKSIZE'),
  number('bootsize', 'onetime', 0, POOL, '<size>', 'BOOTSIZE'),
  number('checkpoint', 'readonly', 0, POOL, '<size>', 'CKPOINT'),
  hidden('tname', 'string', 'onetime', POOL, 'TNAME'),
  hidden('maxdnodesize', 'number', 'readonly', POOL, 'MAXDNODESIZE'),
  onOff('multihost', 'default', 0, POOL, 'MULTIHOST'),
  number('ashift', 'default', 0, POOL, '<ashift, 9-16, or 0=default>', 'ASHIFT'),
  onOff('autotrim', 'default', 0, POOL, 'AUTOTRIM'),
];
