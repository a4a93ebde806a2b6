/**
 * From words on the command line (`mirror c1t0d0 c1t1d0 log c1t2d0`) to a vdev tree.
 * @man zpoolconcepts(7)  @see cmd/zpool/zpool_vdev.c
 */
import { type NvList, type NvValue, nvListArray, nvString, nvUint64 } from '#abi/illumos/nvpair.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { DISK_ROOT } from '#lib/libzfs/vdev-name.ts';

type Branch = Map<string, NvValue>;

/** Devices that a raidz may have. */
const MAX_RAIDZ = 255;

interface Grouping {
  readonly type: 'mirror' | 'raidz' | 'spare' | 'log' | 'l2cache';
  readonly least: number;
  readonly most: number;
}

/** `is_grouping`: a word that begins a group of devices. */
function groupingOf(word: string): Grouping | undefined {
  const raidz = /^raidz([1-9][0-9]*)?$/.exec(word);
  if (raidz !== null) {
    const parity = Number(raidz[1] ?? 1);
    return parity < MAX_RAIDZ ? { type: 'raidz', least: parity + 1, most: MAX_RAIDZ } : undefined;
  }
  const most = Infinity;
  if (word === 'mirror') return { type: 'mirror', least: 2, most };
  if (word === 'spare' || word === 'log') return { type: word, least: 1, most };
  return word === 'cache' ? { type: 'l2cache', least: 1, most } : undefined;
}

function invalid(what: string): string {
  return `invalid vdev specification: ${what}\n`;
}

/** Makes a leaf of a word; a text is what is wrong with it. */
function* makeLeaf(sys: Sys, word: string, isLog: boolean): Task<Branch | string> {
  const path = word.startsWith('/') ? word : `${DISK_ROOT}/${word}`;
  const stat = yield* sys.stat(path);
  if (isErrno(stat)) return leafProblem(word, path, stat);
  if (stat.type !== 'VBLK' && stat.type !== 'VREG') {
    return `cannot use '${path}': must be a block device or regular file\n`;
  }
  const type = stat.type === 'VBLK' ? 'disk' : 'file';
  const leaf: Branch = new Map([
    ['path', nvString(path)],
    ['type', nvString(type)],
    ['is_log', nvUint64(isLog ? 1 : 0)],
  ]);
  // The lab's disks carry no partition table: the pool has the disk as it is.
  if (type === 'disk') leaf.set('whole_disk', nvUint64(0));
  return leaf;
}

function leafProblem(word: string, path: string, errno: Errno): string {
  if (word.startsWith('/')) return `cannot open '${word}': ${errno.message}\n`;
  if (errno.name !== 'ENOENT') return `cannot open '${path}': ${errno.message}\n`;
  return (
    `cannot open '${word}': no such device in ${DISK_ROOT}\n` +
    'must be a full path or shorthand device name\n'
  );
}

class SpecParser {
  readonly #sys: Sys;
  #words: readonly string[];
  readonly #tops: Branch[] = [];
  #spares: Branch[] | undefined;
  #caches: Branch[] | undefined;
  #hasLog = false;
  #logCount = 0;
  #isLog = false;

  constructor(sys: Sys, words: readonly string[]) {
    this.#sys = sys;
    this.#words = words;
  }

  *run(): Task<NvList | string> {
    while (this.#words.length > 0) {
      const problem = yield* this.#next();
      if (problem !== undefined) return problem;
    }
    if (this.#tops.length + (this.#spares?.length ?? 0) + (this.#caches?.length ?? 0) === 0) {
      return invalid('at least one toplevel vdev must be specified');
    }
    if (this.#hasLog && this.#logCount === 0) return invalid('log requires at least 1 device');
    const root: Branch = new Map([
      ['type', nvString('root')],
      ['children', nvListArray(this.#tops)],
    ]);
    if (this.#spares !== undefined) root.set('spares', nvListArray(this.#spares));
    if (this.#caches !== undefined) root.set('l2cache', nvListArray(this.#caches));
    return root;
  }

  /** Takes one group or device. */
  *#next(): Task<string | undefined> {
    const [word = '', ...rest] = this.#words;
    const grouping = groupingOf(word);
    if (grouping !== undefined) return yield* this.#group(word, grouping);
    this.#words = rest;
    const leaf = yield* makeLeaf(this.#sys, word, this.#isLog);
    if (typeof leaf === 'string') return leaf;
    if (this.#isLog) this.#logCount += 1;
    this.#tops.push(leaf);
    return undefined;
  }

  *#group(word: string, grouping: Grouping): Task<string | undefined> {
    const { type, least, most } = grouping;
    if (type === 'log') {
      if (this.#hasLog) return invalid("'log' can be specified only once");
      this.#hasLog = true;
      this.#isLog = true;
      this.#words = this.#words.slice(1);
      return undefined;
    }
    const before = type === 'spare' ? this.#spares : this.#caches;
    if (type === 'spare' || type === 'l2cache') {
      if (before !== undefined) return invalid(`'${word}' can be specified only once`);
      this.#isLog = false;
    } else if (this.#isLog) {
      if (type !== 'mirror') return invalid(`unsupported 'log' device: ${type}`);
      this.#logCount += 1;
    }
    const rest = this.#words.slice(1);
    const end = rest.findIndex((each) => groupingOf(each) !== undefined);
    const members = end < 0 ? rest : rest.slice(0, end);
    this.#words = rest.slice(members.length);
    const children: Branch[] = [];
    for (const member of members) {
      const leaf = yield* makeLeaf(this.#sys, member, false);
      if (typeof leaf === 'string') return leaf;
      children.push(leaf);
    }
    if (children.length < least) return invalid(`${word} requires at least ${least} devices`);
    if (children.length > most) return invalid(`${word} supports no more than ${most} devices`);
    if (type === 'spare') this.#spares = children;
    else if (type === 'l2cache') this.#caches = children;
    else this.#tops.push(groupBranch(type, least - 1, this.#isLog, children));
    return undefined;
  }
}

function groupBranch(
  type: 'mirror' | 'raidz',
  parity: number,
  isLog: boolean,
  children: readonly NvList[],
): Branch {
  const group: Branch = new Map([
    ['type', nvString(type)],
    ['is_log', nvUint64(isLog ? 1 : 0)],
  ]);
  if (type === 'raidz') group.set('nparity', nvUint64(parity));
  group.set('children', nvListArray(children));
  return group;
}

/** `construct_spec`: the tree; a text is what to print instead. */
export function constructSpec(sys: Sys, words: readonly string[]): Task<NvList | string> {
  return new SpecParser(sys, words).run();
}
