/**
 * Random work on a pool beside a plain model in memory: files, directories, links, snapshots, clones,
 * rollbacks, destroys. At any time the pool's content must be the model's.
 */
import { isErrno } from '#kernel/os/errno.ts';
import {
  zfsClone,
  zfsCreate,
  zfsRename,
  zfsRollback,
  zfsSnapshot,
} from '#kernel/fs/zfs/pool/dsl-ops.ts';
import { zfsDestroy } from '#kernel/fs/zfs/pool/dsl-destroy-ops.ts';
import type { Spa } from '#kernel/fs/zfs/pool/spa.ts';
import { spaSync } from '#kernel/fs/zfs/pool/spa-sync.ts';
import { openFileSystem } from '#kernel/fs/zfs/pool/zfs-mount.ts';
import type { ZfsFs } from '#kernel/fs/zfs/zpl/zfs-fs.ts';
import { ZfsReader } from '#kernel/fs/zfs/zpl/zfs-reader.ts';
import type { RandomSource } from '#runtime/host.ts';
import { DatasetWork } from './workload-datasets.ts';
import {
  cloneTree,
  isDir,
  type ModelDataset,
  type ModelDir,
  type ModelFile,
} from './workload-model.ts';

export type { ModelDataset } from './workload-model.ts';

const DIR_MODE = 0o040755;
const FILE_MODE = 0o100644;

export class Workload {
  spa: Spa;
  readonly #random: RandomSource;
  readonly model: Map<string, ModelDataset> = new Map();
  readonly #mounted: Map<string, ZfsFs> = new Map();
  #serial = 0;
  readonly #datasets: DatasetWork;

  constructor(spa: Spa, random: RandomSource) {
    this.spa = spa;
    this.#random = random;
    this.model.set(spa.identity.name, { tree: new Map(), snapshots: [], origin: undefined });
    const spaNow = (): Spa => this.spa;
    this.#datasets = new DatasetWork({
      get spa(): Spa {
        return spaNow();
      },
      model: this.model,
      random,
      unmount: (name) => this.#mounted.delete(name),
      freshName: () => `d${(this.#serial += 1)}`,
    });
  }

  #below(limit: number): number {
    return this.#random.uint32() % limit;
  }

  #pick<T>(items: readonly T[]): T | undefined {
    return items.length === 0 ? undefined : items[this.#below(items.length)];
  }

  #name(): string {
    this.#serial += 1;
    const long = this.#below(20) === 0 ? 'x'.repeat(60 + this.#below(150)) : '';
    return `n${this.#serial}${long}`;
  }

  #fs(name: string): ZfsFs {
    let fs = this.#mounted.get(name);
    if (fs === undefined) {
      const dataset = this.spa.dsl.findDataset(name);
      if (dataset === undefined) throw new Error(`no dataset ${name}`);
      fs = openFileSystem(this.spa, dataset);
      this.#datasets.setProps(name);
      this.#mounted.set(name, fs);
    }
    return fs;
  }

  /** The volumes that there are beside the file systems of the model. */
  get volumeNames(): string[] {
    return [...this.#datasets.volumes.keys()];
  }

  /** After a re-import. */
  reopen(spa: Spa): void {
    this.spa = spa;
    this.#mounted.clear();
  }

  step(): void {
    const kind = this.#below(106);
    const [name, dataset] = this.#pick([...this.model]) as [string, ModelDataset];
    if (kind < 88) this.#fileStep(name, dataset, kind);
    else if (kind < 92) spaSync(this.spa);
    else if (kind >= 100) this.#datasets.step(name, dataset);
    else this.#datasetStep(name, dataset, kind);
  }

  /** Opens every file system now: setting its properties takes txgs. */
  openAll(): void {
    for (const name of this.model.keys()) this.#fs(name);
  }

  /** Directories to mount on, which a read-only import can not make; not in the model. */
  makeMountPoints(): void {
    for (const name of this.model.keys()) {
      const slash = name.lastIndexOf('/');
      if (slash < 0) continue;
      const parent = this.#fs(name.slice(0, slash));
      const last = name.slice(slash + 1);
      if (parent.lookup(parent.rootObject, last) !== undefined) continue;
      parent.create(parent.rootObject, last, { mode: DIR_MODE, uid: 0, gid: 0 });
    }
  }

  /** A change of a file only, in the open txg. */
  fileStep(): void {
    const [name, dataset] = this.#pick([...this.model]) as [string, ModelDataset];
    this.#fileStep(name, dataset, this.#below(88));
  }

  /** A copy of the model as it is now. */
  frozen(): ReadonlyMap<string, ModelDataset> {
    return new Map(
      Array.from(this.model, ([name, dataset]) => [
        name,
        { ...dataset, tree: cloneTree(dataset.tree), snapshots: [...dataset.snapshots] },
      ]),
    );
  }

  #directories(dir: ModelDir, object: number, fs: ZfsFs): [ModelDir, number][] {
    const found: [ModelDir, number][] = [[dir, object]];
    for (const [name, entry] of dir) {
      if (!isDir(entry)) continue;
      const child = fs.lookup(object, name);
      if (child !== undefined) found.push(...this.#directories(entry, child, fs));
    }
    return found;
  }

  #content(): Uint8Array {
    const sizes = [0, 1, 100, 600, 5000, 40_000, 131_072, 200_000, 400_000];
    const bytes = new Uint8Array(this.#below((this.#pick(sizes) as number) + 1));
    if (this.#below(3) === 0) this.#random.fill(bytes);
    else bytes.fill(97 + this.#below(3)).fill(0, 0, this.#below(bytes.length + 1));
    return bytes;
  }

  #fileStep(name: string, dataset: ModelDataset, kind: number): void {
    const fs = this.#fs(name);
    const all = this.#directories(dataset.tree, fs.rootObject, fs);
    const [dir, object] = this.#pick(all) as [ModelDir, number];
    const entryName = this.#pick([...dir.keys()]);
    const entry = entryName === undefined ? undefined : dir.get(entryName);
    if (kind < 30 || entryName === undefined || entry === undefined) {
      const fresh = this.#name();
      if (kind % 5 === 0) {
        fs.create(object, fresh, { mode: DIR_MODE, uid: 0, gid: 0 });
        dir.set(fresh, new Map());
        return;
      }
      const made = fs.create(object, fresh, { mode: FILE_MODE, uid: 1, gid: 2 });
      if (isErrno(made)) throw new Error(made.name);
      const content = this.#content();
      if (content.length > 0) fs.write(made, 0, content);
      dir.set(fresh, { content });
      return;
    }
    const child = fs.lookup(object, entryName);
    if (child === undefined) throw new Error(`${entryName} is gone`);
    if (kind < 60) this.#changeFile(fs, child, entry, kind);
    else if (kind < 75) this.#removeEntry(fs, dir, object, entryName, entry);
    else this.#renameOrLink(fs, all, [dir, object], entryName, entry);
  }

  #changeFile(fs: ZfsFs, object: number, entry: ModelDir | ModelFile, kind: number): void {
    if (isDir(entry)) {
      fs.chmod(object, 0o700 + this.#below(64));
      return;
    }
    if (kind < 50) {
      const bytes = this.#content();
      const at = this.#below(entry.content.length + 70_000);
      if (bytes.length === 0) return;
      const grown = new Uint8Array(Math.max(entry.content.length, at + bytes.length));
      grown.set(entry.content);
      grown.set(bytes, at);
      entry.content = grown;
      fs.write(object, at, bytes);
      return;
    }
    const size = this.#below(entry.content.length + 1000);
    const cut = new Uint8Array(size);
    cut.set(entry.content.subarray(0, size));
    entry.content = cut;
    fs.truncate(object, size);
  }

  #removeEntry(
    fs: ZfsFs,
    dir: ModelDir,
    object: number,
    name: string,
    entry: ModelDir | ModelFile,
  ): void {
    const error = fs.remove(object, name);
    const mustFail = isDir(entry) && entry.size > 0;
    if (mustFail !== (error !== undefined)) throw new Error(`remove: ${error?.name}`);
    if (!mustFail) dir.delete(name);
  }

  #renameOrLink(
    fs: ZfsFs,
    all: readonly [ModelDir, number][],
    [dir, object]: [ModelDir, number],
    name: string,
    entry: ModelDir | ModelFile,
  ): void {
    const [to, toObject] = this.#pick(all) as [ModelDir, number];
    const fresh = this.#name();
    if (isDir(entry)) {
      if (to !== dir) return;
      fs.rename(object, name, object, fresh);
      dir.delete(name);
      dir.set(fresh, entry);
    } else if (this.#below(2) === 0) {
      fs.rename(object, name, toObject, fresh);
      dir.delete(name);
      to.set(fresh, entry);
    } else {
      fs.link(toObject, fresh, fs.lookup(object, name) as number);
      to.set(fresh, entry);
    }
  }

  #expect(what: string, error: { name: string } | undefined): void {
    if (error !== undefined) throw new Error(`${what}: ${error.name}`);
  }

  #datasetStep(name: string, dataset: ModelDataset, kind: number): void {
    const { spa, model } = this;
    const fresh = `d${(this.#serial += 1)}`;
    const last = dataset.snapshots.at(-1);
    if (kind < 94) {
      this.#expect('snapshot', zfsSnapshot(spa, [`${name}@${fresh}`]));
      dataset.snapshots.push({ name: fresh, tree: cloneTree(dataset.tree), clones: 0 });
    } else if (kind === 94 && model.size < 6) {
      this.#expect('create', zfsCreate(spa, `${name}/${fresh}`));
      model.set(`${name}/${fresh}`, { tree: new Map(), snapshots: [], origin: undefined });
    } else if (kind === 95 && model.size < 6) {
      const from = this.#pick(dataset.snapshots);
      if (from === undefined) return;
      const clone = `${spa.identity.name}/${fresh}`;
      this.#expect('clone', zfsClone(spa, `${name}@${from.name}`, clone));
      from.clones += 1;
      const origin = `${name}@${from.name}`;
      model.set(clone, { tree: cloneTree(from.tree), snapshots: [], origin });
    } else if (kind === 96 && last !== undefined) {
      this.#mounted.delete(name);
      this.#expect('rollback', zfsRollback(spa, `${name}@${last.name}`));
      dataset.tree = cloneTree(last.tree);
    } else if (kind === 97 || kind === 98) {
      this.#destroySnapshot(name, dataset);
    } else if (kind === 99) {
      this.#destroyOrRename(name, dataset, fresh);
    }
  }

  #destroySnapshot(name: string, dataset: ModelDataset): void {
    const victim = this.#pick(dataset.snapshots.filter((snapshot) => snapshot.clones === 0));
    if (victim === undefined) return;
    this.#expect('destroy snapshot', zfsDestroy(this.spa, `${name}@${victim.name}`));
    dataset.snapshots.splice(dataset.snapshots.indexOf(victim), 1);
  }

  #destroyOrRename(name: string, dataset: ModelDataset, fresh: string): void {
    const { spa, model } = this;
    const hasChildren = [...model.keys()].some((other) => other.startsWith(`${name}/`));
    if (name === spa.identity.name || hasChildren) return;
    this.#mounted.delete(name);
    if (dataset.snapshots.length > 0) {
      const to = `${spa.identity.name}/${fresh}`;
      this.#expect('rename', zfsRename(spa, name, to));
      model.delete(name);
      model.set(to, dataset);
      for (const other of model.values()) {
        if (other.origin?.startsWith(`${name}@`)) other.origin = other.origin.replace(name, to);
      }
      return;
    }
    this.#expect('destroy', zfsDestroy(spa, name));
    model.delete(name);
    if (dataset.origin === undefined) return;
    const [path = '', snapshot] = dataset.origin.split('@');
    const origin = model.get(path)?.snapshots.find((each) => each.name === snapshot);
    if (origin !== undefined) origin.clones -= 1;
  }

  /** Differences between pool and model, by path. */
  compare(): string[] {
    return [...this.compareWith(this.spa, this.model), ...this.#datasets.compare()];
  }

  /** Differences between any pool and any model. */
  compareWith(spa: Spa, model: ReadonlyMap<string, ModelDataset>): string[] {
    const bad: string[] = [];
    for (const [name, dataset] of model) {
      compareTree(spa, name, dataset.tree, bad);
      for (const snapshot of dataset.snapshots) {
        compareTree(spa, `${name}@${snapshot.name}`, snapshot.tree, bad);
      }
    }
    return bad;
  }
}

function compareTree(spa: Spa, name: string, tree: ModelDir, bad: string[]): void {
  const dataset = spa.dsl.findDataset(name);
  if (dataset === undefined) {
    bad.push(`${name}: missing`);
    return;
  }
  const reader = new ZfsReader(dataset.objset);
  const walk = (dir: ModelDir, object: number, path: string): void => {
    const names = new Map(Array.from(reader.entries(object), (e) => [e.name, e.object]));
    for (const extra of names.keys()) if (!dir.has(extra)) bad.push(`${path}/${extra}: extra`);
    for (const [entryName, entry] of dir) {
      const child = names.get(entryName);
      if (child === undefined) {
        bad.push(`${path}/${entryName}: missing`);
      } else if (isDir(entry)) {
        walk(entry, child, `${path}/${entryName}`);
      } else {
        const size = reader.attributes(child).sizeBytes;
        const bytes = reader.read(child, 0, size);
        if (Buffer.compare(bytes, entry.content) !== 0) {
          bad.push(`${path}/${entryName}: differs (${size}, ${entry.content.length})`);
        }
      }
    }
  };
  walk(tree, reader.rootObject, name);
}
