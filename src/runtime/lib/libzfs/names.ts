/**
 * What names of pools, datasets, snapshots and bookmarks may be, and the sentences that say why one
 * may not. @see common/zfs/zfs_namecheck.c, lib/libzfs zfs_validate_name(), zpool_name_valid()
 */

/** `ZFS_MAX_DATASET_NAME_LEN`, with its NUL. */
const MAX_NAME = 256;
/** Two NULs' worth and twice `$ORIGIN` are kept for what the kernel makes of a pool's name. */
const MAX_POOL_NAME: number = MAX_NAME - 2 - 2 * '$ORIGIN'.length;

/** What a dataset's name is meant to be; `dataset`: a file system, volume or snapshot. */
export type NameKind = 'filesystem' | 'volume' | 'snapshot' | 'bookmark' | 'dataset';

/** What is not allowed. */
const BAD_IN_POOL = /[^A-Za-z0-9\-_.: ]/u;
const BAD_IN_DATASET = /[^A-Za-z0-9\-_.:% ]/u;

/** `entity_namecheck`, in libzfs's words; undefined when the name is well formed. */
function entityProblem(name: string): string | undefined {
  if (name.length >= MAX_NAME) return 'name is too long';
  if (name.startsWith('/')) return 'leading slash in name';
  if (name === '') return 'empty component in name';
  let hasDelimiter = false;
  for (let start = 0; ; ) {
    const length = name.slice(start).search(/[/@#]/);
    const end = length < 0 ? name.length : start + length;
    const delimiter = name[end];
    if (delimiter === undefined && name[end - 1] === '/') return 'trailing slash in name';
    const component = name.slice(start, end);
    const bad = BAD_IN_DATASET.exec(component)?.[0];
    if (bad !== undefined) return `invalid character '${bad}' in name`;
    if (delimiter === '@' || delimiter === '#') {
      if (hasDelimiter) return "multiple '@' and/or '#' delimiters in name";
      hasDelimiter = true;
    }
    if (component === '') return 'empty component in name';
    if (component === '.') return "self reference, '.' is found in name";
    if (component === '..') return "parent reference, '..' is found in name";
    if (delimiter === undefined) return undefined;
    if (delimiter === '/' && hasDelimiter) return 'trailing slash in name';
    start = end + 1;
  }
}

/** `zfs_validate_name`: why `name` can't be one of `kind`. `isNew`: it is about to be made. */
export function datasetNameProblem(
  name: string,
  kind: NameKind,
  isNew: boolean,
): string | undefined {
  const problem = entityProblem(name);
  if (problem !== undefined) return problem;
  const [hasSnapshot, hasBookmark] = [name.includes('@'), name.includes('#')];
  if (hasSnapshot && kind !== 'snapshot' && kind !== 'dataset') {
    return "snapshot delimiter '@' is not expected here";
  }
  if (kind === 'snapshot' && !hasSnapshot) return "missing '@' delimiter in snapshot name";
  if (hasBookmark && kind !== 'bookmark') return "bookmark delimiter '#' is not expected here";
  if (kind === 'bookmark' && !hasBookmark) return "missing '#' delimiter in bookmark name";
  return isNew && name.includes('%') ? "invalid character '%' in name" : undefined;
}

/** `zpool_name_valid`: why `name` can't be a pool's. `isNew`: it is about to be made. */
export function poolNameProblem(name: string, isNew: boolean): string | undefined {
  if (name.length >= MAX_POOL_NAME) return 'name is too long';
  const bad = BAD_IN_POOL.exec(name)?.[0];
  if (bad !== undefined) return `invalid character '${bad}' in pool name`;
  if (!/^[A-Za-z]/.test(name)) return 'name must begin with a letter';
  if (name === 'mirror' || name === 'raidz') return 'name is reserved';
  if (/^c[0-9]/.test(name)) return 'pool name is reserved';
  return isNew && /^(mirror|raidz|spare|log$)/.test(name) ? 'name is reserved' : undefined;
}
