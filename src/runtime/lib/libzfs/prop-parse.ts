/**
 * A property's text as people type it, to what the kernel keeps. @see libzfs_util.c
 * zprop_parse_value(), libzfs_pool.c zpool_valid_proplist()
 */
import { SPA_FEATURES } from '#abi/illumos/zfs-feature.table.ts';
import { type NvList, type NvValue, nvString, nvUint64 } from '#abi/illumos/nvpair.ts';
import {
  isFeatureProp,
  isPropReadonly,
  isPropSetOnce,
  propIndexOf,
  type PropRow,
  ZPROP_MAX_COMMENT,
  zpoolProp,
} from '#abi/illumos/zfs-prop.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import type { EzfsName } from '#lib/libzfs/errors.table.ts';
import type { LibZfs } from '#lib/libzfs/handle.ts';
import { datasetNameProblem } from '#lib/libzfs/names.ts';
import { niceStringToNumber } from '#lib/libzfs/nicenum.ts';
import { openPoolCanFail } from '#lib/libzfs/pool.ts';

/** `ZFS_MAXPROPLEN` */
const MAX_TEXT = 1024;

/** What libzfs says of a value that can't be one. */
export interface PropProblem {
  readonly problem: string;
}

/** `zprop_parse_value`: a number, a text, or what is wrong. */
export function parsePropValue(row: PropRow, text: string): bigint | string | PropProblem {
  if (row.kind === 'string') {
    return text.length < MAX_TEXT ? text : { problem: `'${row.name}' is too long` };
  }
  if (row.kind === 'number') return text === 'none' ? 0n : niceStringToNumber(text);
  const index = propIndexOf(row, text);
  return index ?? { problem: `'${row.name}' must be one of '${row.values}'` };
}

/** When pool properties are set. */
export type PropOccasion = 'create' | 'import' | 'set';

/** An error of libzfs: what, and how it is described. */
type Complaint = readonly [code: EzfsName, description: string];

const bad = (description: string): Complaint => ['EZFS_BADPROP', description];
const badPath = (description: string): Complaint => ['EZFS_BADPATH', description];

function featureProblem(name: string, text: string): Complaint | undefined {
  const feature = name.slice(name.indexOf('@') + 1);
  if (!SPA_FEATURES.some((each) => each.name === feature && isSettable(each.support))) {
    return bad(`invalid feature '${feature}'`);
  }
  if (text === 'enabled') return undefined;
  return bad(`property '${name}' can only be set to 'enabled'`);
}

function isSettable(support: string): boolean {
  return support === 'create' || support === 'write';
}

function versionProblem(name: string, value: bigint, least: number): Complaint | undefined {
  const isKnown = (value >= 1n && value <= 28n) || value === 5000n;
  if (isKnown && value >= BigInt(least)) return undefined;
  return ['EZFS_BADVERSION', `property '${name}' number ${value} is invalid.`];
}

function* cachefileProblem(zfs: LibZfs, name: string, text: string): Task<Complaint | undefined> {
  if (text === '' || text === 'none') return undefined;
  if (!text.startsWith('/')) {
    return badPath(`property '${name}' must be empty, an absolute path, or 'none'`);
  }
  const slash = text.lastIndexOf('/');
  const last = text.slice(slash + 1);
  if (last === '' || last === '.' || last === '..') return badPath(`'${text}' is not a valid file`);
  const directory = text.slice(0, slash);
  if (directory === '') return undefined;
  const stat = yield* zfs.sys.stat(directory);
  const isDirectory = !isErrno(stat) && stat.type === 'VDIR';
  return isDirectory ? undefined : badPath(`'${directory}' is not a valid directory`);
}

function* bootfsProblem(
  zfs: LibZfs,
  pool: string,
  text: string,
  occasion: PropOccasion,
): Task<Complaint | undefined> {
  if (occasion !== 'set') return bad(`property 'bootfs' cannot be set at creation or import time`);
  const isOfPool = text === pool || text.startsWith(`${pool}/`);
  if (text !== '' && (!isOfPool || datasetNameProblem(text, 'dataset', false) !== undefined)) {
    return ['EZFS_INVALIDNAME', `'${text}' is an invalid name`];
  }
  if ((yield* openPoolCanFail(zfs, pool)) !== undefined) return undefined;
  return ['EZFS_OPENFAILED', `could not open pool '${pool}'`];
}

function commentProblem(text: string): Complaint | undefined {
  if (!/^[ -~]*$/.test(text)) return bad('comment may only have printable characters');
  if (text.length <= ZPROP_MAX_COMMENT) return undefined;
  return bad(`comment must not exceed ${ZPROP_MAX_COMMENT} characters`);
}

interface PoolPropContext {
  readonly pool: string;
  readonly occasion: PropOccasion;
  /** The pool's version: it can't go down. */
  readonly version: number;
}

function* specialProblem(
  zfs: LibZfs,
  row: PropRow,
  value: bigint | string,
  context: PoolPropContext,
): Task<Complaint | undefined> {
  const { occasion, pool, version } = context;
  const text = String(value);
  switch (row.name) {
    case 'version':
      return versionProblem(row.name, BigInt(value), version);
    case 'ashift':
      if (value === 0n || (BigInt(value) >= 9n && BigInt(value) <= 16n)) return undefined;
      return bad(
        `property '${row.name}' number ${value} is invalid, only values between 9 and 16 are allowed.`,
      );
    case 'bootfs':
      return yield* bootfsProblem(zfs, pool, text, occasion);
    case 'altroot':
      if (occasion === 'set') {
        return bad(`property '${row.name}' can only be set during pool creation or import`);
      }
      return text.startsWith('/') ? undefined : badPath(`bad alternate root '${text}'`);
    case 'cachefile':
      return yield* cachefileProblem(zfs, row.name, text);
    case 'comment':
      return commentProblem(text);
    case 'readonly':
      if (occasion === 'import') return undefined;
      return bad(`property '${row.name}' can only be set at import time`);
    default:
      return undefined;
  }
}

/** `zpool_valid_proplist`: the list for the kernel; false after saying what is wrong. */
export function* validPoolProps(
  zfs: LibZfs,
  texts: ReadonlyMap<string, string>,
  action: string,
  context: PoolPropContext,
): Task<NvList | false> {
  const props = new Map<string, NvValue>();
  for (const [name, text] of texts) {
    if (isFeatureProp(name)) {
      const problem = featureProblem(name, text);
      if (problem !== undefined) return yield* zfs.errorAux(problem[0], action, problem[1]);
      props.set(name, nvUint64(0));
      continue;
    }
    const row = zpoolProp(name);
    if (row === undefined) {
      return yield* zfs.errorAux('EZFS_BADPROP', action, `invalid property '${name}'`);
    }
    if (isPropReadonly(row) && !(isPropSetOnce(row) && context.occasion === 'create')) {
      return yield* zfs.errorAux('EZFS_PROPREADONLY', action, `'${name}' is readonly`);
    }
    const value = parsePropValue(row, text);
    if (typeof value === 'object') {
      return yield* zfs.errorAux('EZFS_BADPROP', action, value.problem);
    }
    const problem = yield* specialProblem(zfs, row, value, context);
    if (problem !== undefined) return yield* zfs.errorAux(problem[0], action, problem[1]);
    props.set(row.name, typeof value === 'string' ? nvString(value) : nvUint64(value));
  }
  return props;
}
