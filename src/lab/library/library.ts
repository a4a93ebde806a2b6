/**
 * The labs a person has: which there are, which this process holds open. The store remembers where
 * they are; what they are is read from their folders each time, so a lab that was moved, damaged or
 * opened elsewhere shows as what it is.
 */
import { existsSync, realpathSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { LabError, toLabError } from '#protocol/errors.ts';
import type { LabSummary } from '#protocol/model.ts';
import { type LabConfig, readLabFile, writeLabFile } from '#lab/folder/lab-file.ts';
import { createLabFolder, type NodePlan } from '#lab/folder/lab-folder.ts';
import { lockHolder, lockLab } from '#lab/folder/lab-lock.ts';
import type { LabRecord, LibraryStore } from '#lab/library/library-store.ts';
import { type LabEnvironment, OpenLab } from '#lab/open-lab.ts';

export class Library {
  readonly #store: LibraryStore;
  /** New labs are made below it. */
  readonly folder: string;
  readonly #environment: LabEnvironment;
  readonly #open = new Map<string, OpenLab>();
  /** Told of each lab that was opened, to listen to it. */
  readonly #onOpened: (lab: OpenLab) => void;

  constructor(
    store: LibraryStore,
    folder: string,
    environment: LabEnvironment,
    onOpened: (lab: OpenLab) => void,
  ) {
    this.#store = store;
    this.folder = folder;
    this.#environment = environment;
    this.#onOpened = onOpened;
  }

  get store(): LibraryStore {
    return this.#store;
  }

  list(): LabSummary[] {
    return this.#store.labs().map((record) => this.#summarize(record));
  }

  summary(id: string): LabSummary {
    return this.#summarize(this.#record(id));
  }

  /** Makes a lab in a new folder below the library's and opens it. */
  create(name: string, seed: number | null, node: NodePlan): OpenLab {
    const folder = this.#freeFolder(name);
    createLabFolder(folder, name, seed, [node]);
    return this.openFolder(folder);
  }

  /** Where an import named `name` may go. */
  freeFolder(name: string): string {
    return this.#freeFolder(name);
  }

  /** Opens the lab in `folder` and remembers it. */
  openFolder(folder: string): OpenLab {
    const path = existsSync(folder) ? realpathSync(folder) : resolve(folder);
    const opened = [...this.#open.values()].find((lab) => lab.folder === path);
    if (opened !== undefined) return opened;
    const lab = new OpenLab(path, this.#environment);
    const clash = this.#open.get(lab.id);
    if (clash !== undefined) {
      void lab.close();
      const text = `Cannot open lab "${path}": it is a copy of "${clash.folder}", which is open`;
      throw new LabError('labOpen', `${text} (import an export of it instead)`);
    }
    this.#open.set(lab.id, lab);
    const createdAtMs = Date.parse(lab.config.createdAt);
    this.#store.put({ id: lab.id, path, createdAtMs, openedAtMs: Date.now() });
    this.#onOpened(lab);
    return lab;
  }

  open(id: string): OpenLab {
    return this.#open.get(id) ?? this.openFolder(this.#record(id).path);
  }

  openLabs(): OpenLab[] {
    return [...this.#open.values()];
  }

  async close(id: string): Promise<void> {
    this.#record(id);
    const lab = this.#open.get(id);
    this.#open.delete(id);
    await lab?.close();
  }

  rename(id: string, name: string): LabSummary {
    const record = this.#record(id);
    const lab = this.#open.get(id);
    if (lab !== undefined) {
      lab.rename(name);
    } else {
      const lock = lockLab(record.path, this.#environment.program);
      try {
        writeLabFile(record.path, { ...readLabFile(record.path), name });
      } finally {
        lock.dispose();
      }
    }
    return this.#summarize(record);
  }

  async remove(id: string, what: 'files' | 'entry'): Promise<void> {
    const record = this.#record(id);
    if ((this.#open.get(id)?.activeNodeCount ?? 0) > 0) {
      const name = this.#open.get(id)?.config.name ?? '';
      throw new LabError('nodeRunning', `Cannot remove lab "${name}": a node is on`);
    }
    await this.close(id);
    if (what === 'files' && existsSync(record.path)) {
      // Only a folder that is a lab that nobody else has open is deleted.
      if (readLabFile(record.path).id !== id) {
        throw new LabError('labDamaged', `Cannot remove "${record.path}": it is another lab`);
      }
      lockLab(record.path, this.#environment.program).dispose();
      rmSync(record.path, { recursive: true });
    }
    this.#store.remove(id);
  }

  async dispose(): Promise<void> {
    const labs = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(labs.map((lab) => lab.close()));
    this.#store.close();
  }

  #record(id: string): LabRecord {
    const record = this.#store.labs().find((entry) => entry.id === id);
    if (record !== undefined) return record;
    throw new LabError('labNotFound', 'There is no such lab in the library', { labId: id });
  }

  #summarize(record: LabRecord): LabSummary {
    const base = {
      id: record.id,
      path: record.path,
      createdAtMs: record.createdAtMs,
      openedAtMs: record.openedAtMs,
      activeNodeCount: 0,
    };
    const lab = this.#open.get(record.id);
    if (lab !== undefined) return { ...base, ...openSummary(lab) };
    const broken = { ...base, name: basename(record.path) || 'lab', nodeCount: 0 };
    if (!existsSync(record.path)) {
      const problem = `The folder "${record.path}" is not there any more`;
      return { ...broken, state: 'missing', problem };
    }
    let config: LabConfig;
    try {
      config = readLabFile(record.path);
    } catch (thrown) {
      return { ...broken, state: 'damaged', problem: toLabError(thrown).message };
    }
    const holder = lockHolder(record.path);
    return {
      ...base,
      name: config.name,
      nodeCount: config.nodes.length,
      state: holder === undefined ? 'closed' : 'locked',
      problem: holder ?? null,
    };
  }

  /** A folder name made of `name` that every system takes and that is not there yet. */
  #freeFolder(name: string): string {
    const plain = name
      .toLowerCase()
      .normalize('NFKD')
      .replaceAll(/[^a-z0-9]+/g, '-');
    const trimmed = plain.replaceAll(/^-+|-+$/g, '').slice(0, 50);
    // Windows has devices of these names in every folder.
    const stem = /^(?:|con|prn|aux|nul|com\d|lpt\d)$/.test(trimmed) ? `lab${trimmed}` : trimmed;
    for (let n = 1; ; n += 1) {
      const folder = join(this.folder, n === 1 ? stem : `${stem}-${n}`);
      if (!existsSync(folder)) return folder;
    }
  }
}

function openSummary(
  lab: OpenLab,
): Pick<LabSummary, 'name' | 'nodeCount' | 'activeNodeCount' | 'state' | 'problem'> {
  return {
    name: lab.config.name,
    nodeCount: lab.config.nodes.length,
    activeNodeCount: lab.activeNodeCount,
    state: 'open',
    problem: null,
  };
}
