/**
 * The part of the random work that is about whole datasets and not about files: properties, streams
 * sent and received, clones promoted, volumes. Beside the same plain model.
 */
import type { DslDataset } from '#kernel/fs/zfs/dsl/dsl-dataset.ts';
import { zfsDestroy } from '#kernel/fs/zfs/pool/dsl-destroy-ops.ts';
import { zfsPromote, zfsSnapshot } from '#kernel/fs/zfs/pool/dsl-ops.ts';
import { zfsSetProps } from '#kernel/fs/zfs/pool/dsl-prop-ops.ts';
import type { Spa } from '#kernel/fs/zfs/pool/spa.ts';
import { zvolCreate } from '#kernel/fs/zfs/pool/zvol-create.ts';
import { openVolume } from '#kernel/fs/zfs/pool/zvol-ops.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { RandomSource } from '#runtime/host.ts';
import { recvAll, sendAll } from './streams.ts';
import { cloneTree, type ModelDataset } from './workload-model.ts';

const MiB = 2 ** 20;

interface ModelVolume {
  content: Uint8Array;
  readonly snapshots: Map<string, Uint8Array>;
}

/** What the other half of the work lends. */
export interface WorkHost {
  readonly spa: Spa;
  readonly model: Map<string, ModelDataset>;
  readonly random: RandomSource;
  /** What is open of the dataset is no longer true. */
  unmount(name: string): void;
  freshName(): string;
}

export class DatasetWork {
  readonly #host: WorkHost;
  readonly volumes: Map<string, ModelVolume> = new Map();

  constructor(host: WorkHost) {
    this.#host = host;
  }

  #below(limit: number): number {
    return this.#host.random.uint32() % limit;
  }

  #pick<T>(items: readonly T[]): T | undefined {
    return items.length === 0 ? undefined : items[this.#below(items.length)];
  }

  #must(what: string, result: unknown): void {
    if (result !== undefined) throw new Error(`${what}: ${JSON.stringify(result)}`);
  }

  #dataset(name: string): DslDataset {
    const dataset = this.#host.spa.dsl.findDataset(name);
    if (dataset === undefined) throw new Error(`no dataset ${name}`);
    return dataset;
  }

  /** One of them, by chance. */
  step(name: string, dataset: ModelDataset): void {
    const kind = this.#below(8);
    if (kind < 2) this.setProps(name);
    else if (kind < 4) this.#sendAndReceive(name, dataset);
    else if (kind === 4) this.#promote(name, dataset);
    else this.#volume();
  }

  /** Another compression, checksum, number of copies and record size. */
  setProps(name: string): void {
    const { spa } = this.#host;
    const checksums = [6n, 7n, 7n, 7n, 8n];
    if (spa.isFeatureEnabled('org.illumos:sha512')) checksums.push(11n);
    const props = new Map([
      ['compression', this.#pick([2n, 3n, 5n, 10n, 13n, 14n, 15n, 15n, 15n]) as bigint],
      ['checksum', this.#pick(checksums) as bigint],
      ['copies', this.#pick([1n, 1n, 1n, 2n, 3n]) as bigint],
    ]);
    const isVolume = this.volumes.has(name);
    const sizes = [512n, 4096n, 131_072n, 131_072n, 131_072n, 1_048_576n];
    if (!isVolume) props.set('recordsize', this.#pick(sizes) as bigint);
    this.#must('set', zfsSetProps(spa, name, props));
  }

  /** A snapshot arrives as a new file system, or as the next step of one that has an older one. */
  #sendAndReceive(name: string, dataset: ModelDataset): void {
    const { spa, model } = this.#host;
    const chosen = this.#pick(dataset.snapshots);
    if (chosen === undefined) return;
    const to = this.#dataset(`${name}@${chosen.name}`);
    const options = {
      isCompressOk: this.#below(2) === 0,
      isEmbedOk: this.#below(2) === 0,
      isLargeBlockOk: this.#below(2) === 0,
    };
    const pieceSize = 1 + this.#below(200_000);
    const older = dataset.snapshots.slice(0, dataset.snapshots.indexOf(chosen));
    for (const [goal, received] of model) {
      const last = received.snapshots.at(-1);
      if (goal === name || last === undefined) continue;
      const base = this.#dataset(`${goal}@${last.name}`).phys.guid;
      const from = older.find((each) => this.#dataset(`${name}@${each.name}`).phys.guid === base);
      if (from === undefined || received.snapshots.some((each) => each.name === chosen.name)) {
        continue;
      }
      const stream = sendAll(spa, to, this.#dataset(`${name}@${from.name}`), options);
      this.#host.unmount(goal);
      const made = recvAll(spa, stream, goal, { isForced: true, pieceSize });
      if (isErrno(made)) throw new Error(`receive ${goal}: ${made.name}`);
      received.tree = cloneTree(chosen.tree);
      received.snapshots.push({ name: chosen.name, tree: chosen.tree, clones: 0 });
      return;
    }
    if (model.size >= 7) return;
    const goal = `${spa.identity.name}/${this.#host.freshName()}`;
    const made = recvAll(spa, sendAll(spa, to, null, options), goal, { pieceSize });
    if (isErrno(made)) throw new Error(`receive ${goal}: ${made.name}`);
    const snapshots = [{ name: chosen.name, tree: chosen.tree, clones: 0 }];
    model.set(goal, { tree: cloneTree(chosen.tree), snapshots, origin: undefined });
  }

  /** The clone takes over the snapshots up to its origin. */
  #promote(name: string, dataset: ModelDataset): void {
    const { spa, model } = this.#host;
    const [parentName = '', snapName = ''] = dataset.origin?.split('@') ?? [];
    const parent = model.get(parentName);
    if (dataset.origin === undefined || parent === undefined) return;
    const at = parent.snapshots.findIndex((each) => each.name === snapName);
    const moved = parent.snapshots.slice(0, at + 1);
    const isTaken = moved.some((snap) => dataset.snapshots.some((own) => own.name === snap.name));
    const result = zfsPromote(spa, name);
    if (isTaken !== (result !== undefined)) throw new Error(`promote: ${JSON.stringify(result)}`);
    if (isTaken) return;
    parent.snapshots.splice(0, at + 1);
    dataset.snapshots.unshift(...moved);
    dataset.origin = parent.origin;
    for (const other of model.values()) {
      const [path, snap = ''] = other.origin?.split('@') ?? [];
      if (path === parentName && moved.some((each) => each.name === snap)) {
        other.origin = `${name}@${snap}`;
      }
    }
    parent.origin = `${name}@${snapName}`;
  }

  #volume(): void {
    const { spa } = this.#host;
    const chosen = this.#pick([...this.volumes]);
    if (chosen === undefined || (this.volumes.size < 2 && this.#below(4) === 0)) {
      const name = `${spa.identity.name}/${this.#host.freshName()}`;
      const block = this.#pick([512n, 4096n, 8192n, 65_536n]) as bigint;
      const props = new Map([
        ['volsize', BigInt(MiB)],
        ['volblocksize', block],
      ]);
      this.#must('create volume', zvolCreate(spa, name, props));
      this.volumes.set(name, { content: new Uint8Array(MiB), snapshots: new Map() });
      return;
    }
    const [name, model] = chosen;
    const kind = this.#below(12);
    if (kind < 9) this.#writeVolume(name, model, kind);
    else if (kind === 9) this.setProps(name);
    else if (kind === 10) this.#snapshotVolume(name, model);
    else this.#destroyVolume(name, model);
  }

  #writeVolume(name: string, model: ModelVolume, kind: number): void {
    const volume = openVolume(this.#host.spa, this.#dataset(name));
    const at = this.#below(2048) * 512;
    const size = Math.min((1 + this.#below(300)) * 512, MiB - at);
    if (kind < 6) {
      const bytes = new Uint8Array(size).fill(this.#below(256));
      if (kind < 2) this.#host.random.fill(bytes);
      volume.write(at, bytes);
      model.content.set(bytes, at);
    } else {
      volume.discard(at, size);
      model.content.fill(0, at, at + size);
    }
  }

  #snapshotVolume(name: string, model: ModelVolume): void {
    const snap = this.#host.freshName();
    this.#must('snapshot', zfsSnapshot(this.#host.spa, [`${name}@${snap}`]));
    model.snapshots.set(snap, model.content.slice());
  }

  #destroyVolume(name: string, model: ModelVolume): void {
    const [snap] = model.snapshots.keys();
    const what = snap === undefined ? name : `${name}@${snap}`;
    this.#must('destroy', zfsDestroy(this.#host.spa, what));
    if (snap === undefined) this.volumes.delete(name);
    else model.snapshots.delete(snap);
  }

  /** Volumes that differ from the model. */
  compare(): string[] {
    const bad: string[] = [];
    const check = (name: string, wanted: Uint8Array): void => {
      const got = new Uint8Array(wanted.length);
      openVolume(this.#host.spa, this.#dataset(name)).read(0, got);
      if (Buffer.compare(got, wanted) !== 0) bad.push(`${name}: differs`);
    };
    for (const [name, { content, snapshots }] of this.volumes) {
      check(name, content);
      for (const [snap, frozen] of snapshots) check(`${name}@${snap}`, frozen);
    }
    return bad;
  }
}
