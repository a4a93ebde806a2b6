/**
 * Random work on datasets: made, snapshotted, cloned, promoted, held, bookmarked, renamed, limited and
 * destroyed, beside a model that knows which snapshots, clones, holds and bookmarks there must be.
 */
import {
  zfsBookmark,
  zfsBookmarks,
  zfsDestroyBookmarks,
} from '#kernel/fs/zfs/pool/dsl-bookmark-ops.ts';
import { zfsDestroy, zfsDestroySnapshots } from '#kernel/fs/zfs/pool/dsl-destroy-ops.ts';
import { zfsHold, zfsHolds, zfsRelease } from '#kernel/fs/zfs/pool/dsl-hold-ops.ts';
import {
  zfsClone,
  zfsCreate,
  zfsPromote,
  zfsRename,
  zfsRollback,
  zfsSnapshot,
} from '#kernel/fs/zfs/pool/dsl-ops.ts';
import { zfsSetProps } from '#kernel/fs/zfs/pool/dsl-prop-ops.ts';
import { spaSync } from '#kernel/fs/zfs/pool/spa-sync.ts';
import type { DslDir } from '#kernel/fs/zfs/dsl/dsl-dir.ts';
import { ZfsReader } from '#kernel/fs/zfs/zpl/zfs-reader.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { RandomSource } from '#runtime/host.ts';
import { DslFixture } from './dsl-fixture.ts';
import { spaceErrors } from './space-walk.ts';

interface Snap {
  name: string;
  /** Sizes of its files, by name. */
  readonly files: Map<string, number>;
  readonly holds: Set<string>;
  /** Names of its clones. */
  readonly clones: Set<Fs>;
  isDoomed: boolean;
}

interface Fs {
  name: string;
  files: Map<string, number>;
  /** Oldest first. */
  snaps: Snap[];
  readonly marks: Map<string, bigint>;
  origin: Snap | undefined;
}

const KiB = 1024;
const MiB = 2 ** 20;

export class DslWork {
  readonly pool: DslFixture;
  readonly #random: RandomSource;
  readonly #all: Fs[];
  #serial = 0;

  constructor(random: RandomSource, sizeBytes = 160 * MiB, disks = 1) {
    this.pool = new DslFixture(sizeBytes, disks);
    this.#random = random;
    this.#all = [
      { name: 'tank', files: new Map(), snaps: [], marks: new Map(), origin: undefined },
    ];
  }

  #below(limit: number): number {
    return this.#random.uint32() % limit;
  }

  #pick<T>(items: readonly T[]): T | undefined {
    return items[this.#below(Math.max(items.length, 1))];
  }

  #fresh(): string {
    this.#serial += 1;
    return `n${this.#serial}`;
  }

  #must(what: string, result: unknown): void {
    if (result === undefined) return;
    throw new Error(`${what}: ${isErrno(result) ? result.name : JSON.stringify(result)}`);
  }

  #mustFail(what: string, result: unknown, name: string): void {
    const got = isErrno(result) ? result.name : typeof result;
    if (got !== name) throw new Error(`${what}: ${got}, not ${name}`);
  }

  step(): void {
    const fs = this.#pick(this.#all) as Fs;
    const kind = this.#below(20);
    if (kind < 5) this.#write(fs);
    else if (kind < 8) this.#snapshot(fs);
    else if (kind === 8) this.#create(fs);
    else if (kind < 11) this.#clone(fs);
    else if (kind === 11) this.#promote(fs);
    else if (kind === 12) this.#hold(fs);
    else if (kind === 13) this.#release(fs);
    else if (kind === 14) this.#bookmark(fs);
    else if (kind === 15) this.#limit(fs);
    else if (kind === 16) this.#rollback(fs);
    else if (kind === 17) this.#destroySnap(fs);
    else if (kind === 18) this.#destroyOrRename(fs);
    else spaSync(this.pool.spa);
  }

  #write(fs: Fs): void {
    const name = `f${this.#below(5)}`;
    if (fs.files.has(name) && this.#below(3) === 0) {
      this.#must('remove', this.pool.vfs(fs.name).root().remove(name, this.pool.root));
      fs.files.delete(name);
      return;
    }
    const size = (1 + this.#below(40)) * 8 * KiB;
    const error = this.pool.write(fs.name, name, size);
    if (error?.name === 'ENOSPC' || error?.name === 'EDQUOT') {
      this.pool.vfs(fs.name).root().remove(name, this.pool.root);
      fs.files.delete(name);
      return;
    }
    this.#must('write', error);
    fs.files.set(name, Math.max(size, fs.files.get(name) ?? 0));
  }

  #snapshot(fs: Fs): void {
    const name = this.#fresh();
    const error = zfsSnapshot(this.pool.spa, [`${fs.name}@${name}`]);
    if (error?.name === 'ENOSPC') return;
    this.#must('snapshot', error);
    fs.snaps.push({
      name,
      files: new Map(fs.files),
      holds: new Set(),
      clones: new Set(),
      isDoomed: false,
    });
  }

  #create(fs: Fs): void {
    if (this.#all.length > 7) return;
    const name = `${fs.name}/${this.#fresh()}`;
    this.#must('create', zfsCreate(this.pool.spa, name));
    this.#all.push({ name, files: new Map(), snaps: [], marks: new Map(), origin: undefined });
  }

  #clone(fs: Fs): void {
    const origin = this.#pick(fs.snaps);
    if (origin === undefined || this.#all.length > 7) return;
    const name = `tank/${this.#fresh()}`;
    this.#must('clone', zfsClone(this.pool.spa, `${fs.name}@${origin.name}`, name));
    const files = new Map(origin.files);
    const made = { name, files, snaps: [], marks: new Map(), origin };
    origin.clones.add(made);
    this.#all.push(made);
  }

  #promote(fs: Fs): void {
    const { origin } = fs;
    const result = zfsPromote(this.pool.spa, fs.name);
    if (origin === undefined) {
      this.#mustFail('promote', result, 'EINVAL');
      return;
    }
    if (isErrno(result) && result.name === 'ENOSPC') return;
    this.#must('promote', result);
    const old = this.#all.find(({ snaps }) => snaps.includes(origin)) as Fs;
    const count = old.snaps.indexOf(origin) + 1;
    fs.snaps = [...old.snaps.slice(0, count), ...fs.snaps];
    old.snaps = old.snaps.slice(count);
    origin.clones.delete(fs);
    const above = old.origin;
    if (above !== undefined) {
      above.clones.delete(old);
      above.clones.add(fs);
    }
    fs.origin = above;
    old.origin = origin;
    origin.clones.add(old);
    this.pool.forget(fs.name);
    this.pool.forget(old.name);
  }

  #hold(fs: Fs): void {
    const snap = this.#pick(fs.snaps);
    if (snap === undefined) return;
    const tag = `tag${this.#below(3)}`;
    const result = zfsHold(this.pool.spa, [[`${fs.name}@${snap.name}`, tag]]);
    if (snap.holds.has(tag)) this.#mustFail('hold', result, 'EEXIST');
    else this.#must('hold', result);
    snap.holds.add(tag);
  }

  #release(fs: Fs): void {
    const snap = this.#pick(fs.snaps);
    if (snap === undefined) return;
    const tag = this.#pick([...snap.holds]) ?? 'none';
    const result = zfsRelease(this.pool.spa, [[`${fs.name}@${snap.name}`, [tag]]]);
    if (!snap.holds.has(tag)) {
      this.#mustFail('release', result, 'ENOENT');
      return;
    }
    this.#must('release', result);
    snap.holds.delete(tag);
    this.#reap();
  }

  /** Snapshots that were to go and may go now are gone. */
  #reap(): void {
    for (const fs of this.#all) {
      fs.snaps = fs.snaps.filter(
        ({ isDoomed, holds, clones }) => !isDoomed || holds.size > 0 || clones.size > 0,
      );
    }
  }

  #bookmark(fs: Fs): void {
    const { spa } = this.pool;
    const known = this.#pick([...fs.marks.keys()]);
    if (known !== undefined && this.#below(2) === 0) {
      this.#must('destroy mark', zfsDestroyBookmarks(spa, [`${fs.name}#${known}`]));
      fs.marks.delete(known);
      return;
    }
    const snap = this.#pick(fs.snaps);
    if (snap === undefined) return;
    const name = this.#fresh();
    const from = `${fs.name}@${snap.name}`;
    this.#must('bookmark', zfsBookmark(spa, [[`${fs.name}#${name}`, from]]));
    fs.marks.set(name, spa.dsl.findDataset(from)?.phys.guid ?? 0n);
  }

  #limit(fs: Fs): void {
    const prop = this.#pick([
      'quota',
      'refquota',
      'reservation',
      'refreservation',
      'filesystem_limit',
    ]) as string;
    const value = BigInt(this.#below(3) * MiB * 2);
    const error = zfsSetProps(this.pool.spa, fs.name, new Map([[prop, value]]));
    if (error?.name !== 'ENOSPC') this.#must(prop, error);
  }

  #rollback(fs: Fs): void {
    const last = fs.snaps.at(-1);
    if (last === undefined) return;
    const error = zfsRollback(this.pool.spa, `${fs.name}@${last.name}`);
    if (error !== undefined) {
      const isExpected = ['EEXIST', 'EDQUOT', 'ENOSPC'].includes(error.name);
      if (!isExpected) this.#must('rollback', error);
      return;
    }
    fs.files = new Map(last.files);
    this.pool.forget(fs.name);
  }

  #destroySnap(fs: Fs): void {
    const snap = this.#pick(fs.snaps);
    if (snap === undefined) return;
    const isDefer = this.#below(2) === 0;
    const isNeeded = snap.holds.size > 0 || snap.clones.size > 0;
    const result = zfsDestroySnapshots(this.pool.spa, [`${fs.name}@${snap.name}`], isDefer);
    if (isNeeded && !isDefer) {
      this.#mustFail('destroy', result, snap.holds.size > 0 ? 'EBUSY' : 'EEXIST');
      return;
    }
    this.#must('destroy', result);
    snap.isDoomed = true;
    this.#reap();
  }

  #destroyOrRename(fs: Fs): void {
    if (fs.name === 'tank') return;
    const { spa } = this.pool;
    const hasChildren = this.#all.some(({ name }) => name.startsWith(`${fs.name}/`));
    if (fs.snaps.length === 0 && !hasChildren) {
      this.#must('destroy', zfsDestroy(spa, fs.name));
      this.pool.forget(fs.name);
      this.#all.splice(this.#all.indexOf(fs), 1);
      fs.origin?.clones.delete(fs);
      this.#reap();
      return;
    }
    if (hasChildren) {
      this.#mustFail('destroy', zfsDestroy(spa, fs.name), fs.snaps.length > 0 ? 'EBUSY' : 'EEXIST');
    }
    const other = this.#pick(this.#all)?.name ?? 'tank';
    const to = `${this.#pick(['tank', 'tank', other]) ?? ''}/${this.#fresh()}`;
    const result = zfsRename(spa, fs.name, to);
    if (to.startsWith(`${fs.name}/`)) {
      this.#mustFail('rename', result, 'EINVAL');
      return;
    }
    if (result?.name === 'ENOSPC') return;
    this.#must('rename', result);
    const from = fs.name;
    for (const each of this.#all) {
      if (each.name !== from && !each.name.startsWith(`${from}/`)) continue;
      this.pool.forget(each.name);
      each.name = to + each.name.slice(from.length);
    }
  }

  /** How the pool differs from the model. */
  differences(): string[] {
    const { spa } = this.pool;
    spaSync(spa);
    const bad: string[] = [];
    const same = (what: string, got: unknown, wanted: unknown): void => {
      const [a, b] = [String(got), String(wanted)];
      if (a !== b) bad.push(`${what}: ${a}, not ${b}`);
    };
    const names = Array.from(spa.dsl.allDirs(), (dir) => dir.fullName);
    same(
      'file systems',
      names.sort().join(),
      this.#all
        .map(({ name }) => name)
        .sort()
        .join(),
    );
    for (const fs of this.#all) {
      const head = spa.dsl.findDataset(fs.name);
      if (head === undefined) continue;
      const snaps = head.snapshots().map(({ snapshotName }) => snapshotName);
      same(`${fs.name} snapshots`, snaps.join(), fs.snaps.map(({ name }) => name).join());
      const marks = zfsBookmarks(spa, fs.name);
      const guids = isErrno(marks) ? [] : [...marks].map(([name, { guid }]) => `${name} ${guid}`);
      const wanted = [...fs.marks].map(([name, guid]) => `${name} ${guid}`);
      same(`${fs.name} bookmarks`, guids.sort().join(), wanted.sort().join());
      this.#compareFiles(fs.name, fs.files, same);
      for (const snap of fs.snaps) {
        const full = `${fs.name}@${snap.name}`;
        const holds = zfsHolds(spa, full);
        const tags = isErrno(holds) ? [] : [...holds.keys()];
        same(`${full} holds`, tags.sort().join(), [...snap.holds].sort().join());
        this.#compareFiles(full, snap.files, same);
      }
    }
    books(spa.dsl.rootDir, bad);
    bad.push(...spaceErrors(spa));
    return bad;
  }

  #compareFiles(
    name: string,
    files: ReadonlyMap<string, number>,
    same: (what: string, got: unknown, wanted: unknown) => void,
  ): void {
    const dataset = this.pool.spa.dsl.findDataset(name);
    if (dataset === undefined) return;
    const reader = new ZfsReader(dataset.objset);
    const found = Array.from(reader.entries(reader.rootObject), (entry) => {
      return `${entry.name} ${reader.attributes(entry.object).sizeBytes}`;
    });
    const wanted = [...files].map(([file, size]) => `${file} ${size}`);
    same(`${name} files`, found.sort().join(), wanted.sort().join());
  }
}

/** Sums that don't agree, in `dir` and below. */
export function books(dir: DslDir, bad: string[]): void {
  const { usedBytes, usedBreakdown } = dir.phys;
  const sum = usedBreakdown.reduce((total, each) => total + each, 0);
  if (sum !== usedBytes) bad.push(`${dir.fullName}: ${usedBytes} used, ${sum} broken down`);
  if (usedBreakdown.some((each) => each < 0)) bad.push(`${dir.fullName}: ${usedBreakdown.join()}`);
  const hidden = dir.parent === null ? ['$MOS', '$FREE', '$ORIGIN'] : [];
  const children = [...dir.children(), ...hidden.flatMap((name) => dir.child(name) ?? [])];
  const below = children.reduce(
    (total, { phys }) => total + Math.max(phys.usedBytes, phys.reserved),
    0,
  );
  const charged = (usedBreakdown[2] ?? 0) + (usedBreakdown[3] ?? 0);
  if (below !== charged) bad.push(`${dir.fullName}: ${below} below, ${charged} charged`);
  if (dir.phys.headDatasetObj !== 0 && !dir.isInternal) {
    const head = dir.pool.head(dir);
    const unused = Math.max(0, head.refreservation - head.phys.uniqueBytes);
    if (unused !== usedBreakdown[4]) {
      bad.push(`${dir.fullName}: ${unused} kept, ${usedBreakdown[4] ?? 0} charged`);
    }
  }
  for (const child of children) books(child, bad);
}
