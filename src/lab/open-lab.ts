/**
 * A lab that this process holds open: its lock, its file, its nodes. The headless face works with it
 * directly, the lab process offers it to observers.
 */
import { join, relative, resolve } from 'node:path';
import { type Disposable, toDisposable } from '#base/disposable.ts';
import { LabError } from '#protocol/errors.ts';
import type { LabDetail, NodeShape, NodeStateShape } from '#protocol/model.ts';
import type { BootOptions } from '#runtime/node-contract.ts';
import { imageSizes } from '#lab/folder/disk-image.ts';
import {
  type LabConfig,
  type NodeConfig,
  readLabFile,
  writeLabFile,
} from '#lab/folder/lab-file.ts';
import { crashFolder, diskFile, makeNode, type NodePlan } from '#lab/folder/lab-folder.ts';
import { lockLab } from '#lab/folder/lab-lock.ts';
import { CONSOLE_WINDOW_BYTES } from '#lab/node/console-hub.ts';
import { writeCrashFiles } from '#lab/node/crash-files.ts';
import { NodeHandle, type StartNodeWorker } from '#lab/node/node-handle.ts';
import type { NodeWorkerData } from '#lab/node/worker-messages.ts';

/** What a host gives to every lab. */
export interface LabEnvironment {
  /** Names this process to a person who finds a lab locked, e.g. `lab serve`. */
  readonly program: string;
  readonly startWorker: StartNodeWorker;
  readonly platformFolder: string;
  readonly onLog: (level: 'debug' | 'info' | 'warn' | 'error', text: string) => void;
}

type StateListener = (node: string, state: NodeStateShape) => void;

export class OpenLab {
  readonly folder: string;
  readonly #environment: LabEnvironment;
  readonly #lock: Disposable;
  readonly #nodes = new Map<string, NodeHandle>();
  readonly #listeners = new Set<StateListener>();
  #config: LabConfig;
  #exportCount = 0;
  /** Set by the person at the command line; a guest can't. */
  share: NodeWorkerData['share'];
  /** What is in the nodes' ports and drives at the next power-on. */
  media: NodeWorkerData['media'] = [];

  /** Takes the lock. Throws LabError: labNotFound, labDamaged, labNewer, labLocked. */
  constructor(folder: string, environment: LabEnvironment) {
    this.folder = resolve(folder);
    this.#environment = environment;
    this.#config = readLabFile(this.folder);
    this.#lock = lockLab(this.folder, environment.program);
    for (const { name } of this.#config.nodes) this.#nodes.set(name, this.#makeHandle(name));
  }

  get id(): string {
    return this.#config.id;
  }

  get config(): LabConfig {
    return this.#config;
  }

  get activeNodeCount(): number {
    return [...this.#nodes.values()].filter(({ isActive }) => isActive).length;
  }

  node(name: string): NodeHandle {
    const handle = this.#nodes.get(name);
    if (handle !== undefined) return handle;
    const text = `There is no node "${name}" in lab "${this.#config.name}"`;
    throw new LabError('nodeNotFound', text, { node: name });
  }

  /** The only node, or the first. */
  firstNode(): NodeHandle {
    const [first] = this.#nodes.values();
    if (first !== undefined) return first;
    throw new LabError('nodeNotFound', `Lab "${this.#config.name}" has no node`);
  }

  onNodeState(listener: StateListener): Disposable {
    this.#listeners.add(listener);
    return toDisposable(() => this.#listeners.delete(listener));
  }

  /** Until disposed its disks stay as they are: no node can be powered on. Throws `nodeRunning`. */
  beginExport(): Disposable {
    if (this.activeNodeCount > 0) {
      const text = `Cannot export lab "${this.#config.name}": a node is on (shut it down first)`;
      throw new LabError('nodeRunning', text, { labId: this.id });
    }
    this.#exportCount += 1;
    return toDisposable(() => {
      this.#exportCount -= 1;
    });
  }

  rename(name: string): void {
    this.#write({ ...this.#config, name });
  }

  addNode(plan: NodePlan): NodeShape {
    if (this.#nodes.has(plan.name)) {
      throw new LabError('nodeExists', `Cannot add node "${plan.name}": the lab has one already`);
    }
    const node = makeNode(this.folder, plan);
    this.#write({ ...this.#config, nodes: [...this.#config.nodes, node] });
    this.#nodes.set(node.name, this.#makeHandle(node.name));
    return this.describeNode(node.name);
  }

  describe(): LabDetail {
    return {
      id: this.#config.id,
      name: this.#config.name,
      path: this.folder,
      createdAtMs: Date.parse(this.#config.createdAt),
      nodes: this.#config.nodes.map(({ name }) => this.describeNode(name)),
    };
  }

  describeNode(name: string): NodeShape {
    const handle = this.node(name);
    const config = this.#nodeConfig(name);
    return {
      name,
      ramBytes: config.ramBytes,
      cpuCount: config.cpuCount,
      disks: config.disks.map((disk) => ({
        name: disk.name,
        ...imageSizes(diskFile(this.folder, name, disk.name)),
      })),
      state: handle.state,
      poweredOnAtMs: handle.poweredOnAtMs,
    };
  }

  /** Kills what runs and gives the lock back. */
  async close(): Promise<void> {
    await Promise.all([...this.#nodes.values()].map((handle) => handle.dispose()));
    this.#lock.dispose();
  }

  #nodeConfig(name: string): NodeConfig {
    return this.#config.nodes.find((node) => node.name === name) as NodeConfig;
  }

  #write(config: LabConfig): void {
    writeLabFile(this.folder, config);
    this.#config = config;
  }

  #makeHandle(name: string): NodeHandle {
    return new NodeHandle({
      name,
      startWorker: this.#environment.startWorker,
      diskNames: () => this.#nodeConfig(name).disks.map((disk) => disk.name),
      describe: (boot) => this.#workerData(name, boot),
      onState: (state) => {
        for (const listener of this.#listeners) listener(name, state);
      },
      keepDump: (message, dump) => {
        const folder = crashFolder(this.folder, name);
        const file = writeCrashFiles(folder, message, dump, new Date());
        return file === null ? null : relative(this.folder, join(folder, file));
      },
      onLog: this.#environment.onLog,
    });
  }

  #workerData(name: string, boot: BootOptions): NodeWorkerData {
    if (this.#exportCount > 0) {
      throw new LabError('labLocked', `Cannot power on node "${name}": the lab is being exported`);
    }
    const config = this.#nodeConfig(name);
    const { seed } = this.#config;
    return {
      name,
      ramBytes: config.ramBytes,
      cpuCount: config.cpuCount,
      boot,
      disks: config.disks.map((disk) => ({
        name: disk.name,
        file: diskFile(this.folder, name, disk.name),
        faults: this.node(name).disks.lasting(disk.name),
      })),
      nics: config.nics.map((nic) => ({ name: nic.name, mac: parseMac(nic.mac) })),
      seed: seed ?? undefined,
      platformFolder: this.#environment.platformFolder,
      media: this.media,
      share: this.share,
      consoleWindowBytes: CONSOLE_WINDOW_BYTES,
    };
  }
}

function parseMac(text: string): Uint8Array {
  return Uint8Array.from(text.split(':'), (part) => Number.parseInt(part, 16));
}
