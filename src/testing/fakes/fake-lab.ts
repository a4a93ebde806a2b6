/**
 * A lab process without nodes: keeps a library in memory and answers the whole contract, so that the
 * window can be tried, tested and photographed in states that are rare in life. A script moves it
 * (`setState`, `print`, …); left alone it boots a node in a few steps when told to power on.
 */
import { encodeUtf8 } from '#base/bytes.ts';
import type { Contract } from '#protocol/contract.ts';
import { LabError } from '#protocol/errors.ts';
import {
  type AppInfo,
  DEFAULT_SETTINGS,
  type LabDetail,
  type LabEvent,
  type LabSummary,
  type NodeShape,
  type NodeStateShape,
  type Settings,
  type StatisticsShape,
  type TerminalItem,
} from '#protocol/model.ts';
import type { Handlers } from '#protocol/server.ts';
import { LatestSource, QueueSource, type StreamSource } from '#protocol/source.ts';
import { FakeConsole } from '#testing/fakes/fake-console.ts';
import { FakeZfs } from '#testing/fakes/fake-zfs.ts';

const GIB = 1024 ** 3;
/** A day in the life of the fake, so that pictures do not change. */
const NOW_MS = Date.UTC(2026, 10, 23, 9, 41);

export interface FakeLabOptions {
  readonly settings?: Partial<Settings>;
  readonly app?: Partial<AppInfo>;
  /** What a console answers to keys; nothing when left out. */
  readonly onInput?: (lab: FakeLab, labId: string, node: string, text: string) => void;
  /** Time between the steps of a boot; 0 leaves a node booting until the script moves it. */
  readonly bootStepMs?: number;
}

interface OpenTerminal {
  readonly source: QueueSource<TerminalItem>;
}

const BOOT_STEPS = ['Loading the boot archive', 'Mounting the root', 'Starting services'] as const;

export class FakeLab {
  readonly #options: FakeLabOptions;
  readonly #summaries = new Map<string, LabSummary>();
  readonly #details = new Map<string, LabDetail>();
  readonly #consoles = new Map<string, FakeConsole>();
  readonly #zfs = new Map<string, FakeZfs>();
  readonly #events = new Set<QueueSource<LabEvent>>();
  readonly #samples = new Map<string, readonly StatisticsShape[]>();
  readonly #terminals = new Map<number, OpenTerminal>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #settings: Settings;
  #lastId = 0;

  constructor(options: FakeLabOptions = {}) {
    this.#options = options;
    this.#settings = { ...DEFAULT_SETTINGS, ...options.settings };
  }

  // --- for scripts -------------------------------------------------------------------------------

  /** Adds a lab; answers its id. `open` ones have their nodes shown. */
  addLab(
    name: string,
    nodes: readonly string[] = ['node0'],
    change: Partial<LabSummary> = {},
  ): string {
    this.#lastId += 1;
    const id = `00000000-0000-4000-8000-${String(this.#lastId).padStart(12, '0')}`;
    const folder = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
    const summary: LabSummary = {
      id,
      name,
      path: `/home/ada/SmartOS Lab/${folder}`,
      state: 'open',
      problem: null,
      nodeCount: nodes.length,
      activeNodeCount: 0,
      createdAtMs: NOW_MS,
      openedAtMs: NOW_MS,
      ...change,
    };
    this.#summaries.set(id, summary);
    this.#details.set(id, {
      id,
      name,
      path: summary.path,
      createdAtMs: NOW_MS,
      nodes: nodes.map(fakeNode),
    });
    this.#emit({ kind: 'labsChanged' });
    return id;
  }

  setState(labId: string, node: string, state: NodeStateShape): void {
    const detail = this.#detail(labId);
    const nodes = detail.nodes.map((other) => (other.name === node ? { ...other, state } : other));
    this.#details.set(labId, { ...detail, nodes });
    const summary = this.#summary(labId);
    const activeNodeCount = nodes.filter(({ state: { kind } }) => kind !== 'off').length;
    this.#summaries.set(labId, { ...summary, activeNodeCount });
    this.#emit({ kind: 'nodeState', labId, node, state });
    this.#emit({ kind: 'labsChanged' });
  }

  console(labId: string, node: string): FakeConsole {
    const key = `${labId}/${node}`;
    const known = this.#consoles.get(key);
    if (known !== undefined) return known;
    const made = new FakeConsole(`epoch-${key}`);
    this.#consoles.set(key, made);
    return made;
  }

  /** Pools and disks of a node. */
  zfs(labId: string, node: string): FakeZfs {
    const key = `${labId}/${node}`;
    const known = this.#zfs.get(key);
    if (known !== undefined) return known;
    const diskNames = (): string[] => this.#node(labId, node).disks.map(({ name }) => name);
    const made = new FakeZfs(node, diskNames);
    this.#zfs.set(key, made);
    return made;
  }

  /** Gives a node blank disks of a size, `c1t0d0` and so on. */
  setDisks(labId: string, node: string, count: number, sizeBytes: number): void {
    const detail = this.#detail(labId);
    const disks = Array.from({ length: count }, (_, n) => ({
      name: `c1t${n}d0`,
      sizeBytes,
      allocatedBytes: 64 * 1024,
    }));
    const nodes = detail.nodes.map((other) => (other.name === node ? { ...other, disks } : other));
    this.#details.set(labId, { ...detail, nodes });
    this.#emit({ kind: 'labChanged', labId });
  }

  notice(level: 'info' | 'warning' | 'error', message: string): void {
    this.#emit({ kind: 'notice', level, message, labId: null, node: null });
  }

  /** What whoever looks at the node's statistics gets, one after another. */
  setStatistics(labId: string, node: string, samples: readonly StatisticsShape[]): void {
    this.#samples.set(`${labId}/${node}`, samples);
  }

  dispose(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  // --- the contract ------------------------------------------------------------------------------

  handlers(): Handlers<Contract> {
    return {
      app: { info: () => this.#appInfo(), events: (_, { wake }) => this.#follow(wake) },
      settings: { get: () => this.#settings, set: (change) => this.#setSettings(change) },
      labs: this.#labsHandlers(),
      uploads: {
        begin: () => ({ uploadId: '00000000-0000-4000-8000-00000000ffff' }),
        write: ({ bytes }) => ({ receivedBytes: bytes.length }),
        abandon: () => ({}),
      },
      lab: { get: ({ labId }) => this.#detail(labId) },
      nodes: this.#nodesHandlers(),
      node: {
        state: ({ labId, node }, { wake }) => {
          const source = new LatestSource<NodeStateShape>(wake);
          source.set(this.#node(labId, node).state);
          return source;
        },
        statistics: ({ labId, node }, { wake }) => this.#statisticsOf(labId, node, wake),
      },
      console: {
        attach: ({ labId, node, resume }, { wake }) =>
          this.console(labId, node).attach(resume, wake),
        input: ({ labId, node, bytes }) => {
          this.#options.onInput?.(this, labId, node, new TextDecoder().decode(bytes));
          return {};
        },
        resize: () => ({}),
      },
      terminal: this.#terminalHandlers(),
      zfs: {
        status: ({ labId, node }, { wake }) => this.zfs(labId, node).status(wake),
        datasets: ({ labId, node }, { wake }) => this.zfs(labId, node).datasets(wake),
        diskMap: ({ labId, node, view }, { wake }) => this.zfs(labId, node).map(view, wake),
      },
      disks: {
        faults: ({ labId, node }, { wake }) => this.zfs(labId, node).faults(wake),
        inject: ({ labId, node, disk, fault }) => this.zfs(labId, node).inject(disk, fault),
        heal: ({ labId, node, disk, what }) => {
          const { disks } = this.zfs(labId, node);
          disks.heal(disk, what);
          return disks.state(disk);
        },
      },
    };
  }

  #labsHandlers(): Handlers<Contract>['labs'] {
    return {
      list: () => [...this.#summaries.values()],
      create: ({ name, node }) => {
        this.#refuseTaken(name);
        return this.#detail(this.addLab(name, [node ?? 'node0']));
      },
      open: ({ labId }) => {
        const summary = this.#summary(labId);
        if (summary.problem !== null) {
          const code = summary.state === 'locked' ? 'labLocked' : 'labDamaged';
          throw new LabError(code, summary.problem);
        }
        this.#summaries.set(labId, { ...summary, state: 'open' });
        this.#emit({ kind: 'labsChanged' });
        return this.#detail(labId);
      },
      close: ({ labId }) => {
        this.#summaries.set(labId, { ...this.#summary(labId), state: 'closed' });
        this.#emit({ kind: 'labsChanged' });
        return {};
      },
      rename: ({ labId, name }) => {
        this.#refuseTaken(name, labId);
        const summary = { ...this.#summary(labId), name };
        this.#summaries.set(labId, summary);
        this.#details.set(labId, { ...this.#detail(labId), name });
        this.#emit({ kind: 'labsChanged' });
        return summary;
      },
      remove: ({ labId }) => {
        this.#summary(labId);
        this.#summaries.delete(labId);
        this.#details.delete(labId);
        this.#emit({ kind: 'labsChanged' });
        return {};
      },
      export: () => listSource([{ bytes: ownBytes('a lab') }]),
      import: ({ name }) => this.#detail(this.addLab(name ?? 'Imported lab')),
    };
  }

  #nodesHandlers(): Handlers<Contract>['nodes'] {
    const to =
      (kind: 'off' | 'shuttingDown') =>
      ({ labId, node }: { labId: string; node: string }): NodeShape => {
        this.setState(labId, node, { kind });
        if (kind === 'shuttingDown') this.#later(() => this.setState(labId, node, { kind: 'off' }));
        return this.#node(labId, node);
      };
    const boot = ({ labId, node }: { labId: string; node: string }): NodeShape => {
      this.#boot(labId, node, 0);
      return this.#node(labId, node);
    };
    return {
      list: ({ labId }) => this.#detail(labId).nodes,
      add: ({ labId, node }) => {
        const detail = this.#detail(labId);
        const made = fakeNode(node);
        this.#details.set(labId, { ...detail, nodes: [...detail.nodes, made] });
        this.#emit({ kind: 'labChanged', labId });
        return made;
      },
      powerOn: boot,
      reset: boot,
      shutDown: to('shuttingDown'),
      kill: to('off'),
      nmi: ({ labId, node }) => {
        this.setState(labId, node, {
          kind: 'panicked',
          message: 'NMI received',
          dumpFile: 'nodes/node0/dumps/vmdump.0',
          atMs: NOW_MS,
        });
        return this.#node(labId, node);
      },
    };
  }

  #terminalHandlers(): Handlers<Contract>['terminal'] {
    return {
      open: ({ labId, node, argv }, { wake }) => {
        if (argv !== undefined) {
          const { text, status } = this.zfs(labId, node).run(argv);
          return listSource<TerminalItem>([
            { kind: 'opened', terminalId: 0 },
            { kind: 'output', bytes: ownBytes(text.replaceAll('\n', '\r\n')) },
            { kind: 'exited', status: { kind: 'exited', value: status } },
          ]);
        }
        this.#lastId += 1;
        const terminalId = this.#lastId;
        const lagged: TerminalItem = { kind: 'output', bytes: new Uint8Array(0) };
        const source = new QueueSource<TerminalItem>(wake, 1000, lagged, () =>
          this.#terminals.delete(terminalId),
        );
        this.#terminals.set(terminalId, { source });
        source.push({ kind: 'opened', terminalId });
        source.push({ kind: 'output', bytes: ownBytes('[root@node0 ~]# ') });
        return source;
      },
      input: ({ terminalId, bytes }) => {
        const terminal = this.#terminals.get(terminalId);
        if (terminal === undefined) {
          throw new LabError('terminalNotFound', 'Cannot type: the terminal is closed');
        }
        const text = new TextDecoder().decode(bytes);
        const shown = text.replaceAll('\r', '\r\n[root@node0 ~]# ');
        terminal.source.push({ kind: 'output', bytes: ownBytes(shown) });
        if (text === '\x04') {
          terminal.source.push({ kind: 'exited', status: { kind: 'exited', value: 0 } });
        }
        return {};
      },
      resize: () => ({}),
      close: () => ({}),
    };
  }

  #boot(labId: string, node: string, step: number): void {
    const name = BOOT_STEPS[step];
    if (name === undefined) {
      this.setState(labId, node, { kind: 'running' });
      this.console(labId, node).print(`\n${node} console login: `);
      return;
    }
    const fraction = (step + 1) / (BOOT_STEPS.length + 1);
    this.setState(labId, node, { kind: 'booting', step: name, fraction });
    this.console(labId, node).print(`${name}\n`);
    this.#later(() => this.#boot(labId, node, step + 1));
  }

  #later(work: () => void): void {
    const pauseMs = this.#options.bootStepMs ?? 150;
    if (pauseMs === 0) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, pauseMs);
    this.#timers.add(timer);
  }

  #statisticsOf(labId: string, node: string, wake: () => void): StreamSource<StatisticsShape> {
    const samples = this.#samples.get(`${labId}/${node}`) ?? [];
    return listSource(samples, wake);
  }

  #follow(wake: () => void): StreamSource<LabEvent> {
    const source: QueueSource<LabEvent> = new QueueSource(wake, 256, { kind: 'lagged' }, () =>
      this.#events.delete(source),
    );
    this.#events.add(source);
    return source;
  }

  #emit(event: LabEvent): void {
    for (const source of this.#events) source.push(event);
  }

  #setSettings(change: Partial<{ [K in keyof Settings]: Settings[K] | undefined }>): Settings {
    const given = Object.entries(change).filter(([, value]) => value !== undefined);
    this.#settings = { ...this.#settings, ...Object.fromEntries(given) };
    this.#emit({ kind: 'settingsChanged', settings: this.#settings });
    return this.#settings;
  }

  #refuseTaken(name: string, ownId?: string): void {
    for (const lab of this.#summaries.values()) {
      if (lab.id === ownId || lab.name !== name) continue;
      throw new LabError('labExists', `Cannot name the lab "${name}": there is one already`);
    }
  }

  #summary(labId: string): LabSummary {
    const summary = this.#summaries.get(labId);
    if (summary === undefined) throw new LabError('labNotFound', 'Cannot find the lab');
    return summary;
  }

  #detail(labId: string): LabDetail {
    const detail = this.#details.get(labId);
    if (detail === undefined) throw new LabError('labNotFound', 'Cannot find the lab');
    return detail;
  }

  #node(labId: string, name: string): NodeShape {
    const node = this.#detail(labId).nodes.find((other) => other.name === name);
    if (node === undefined) throw new LabError('nodeNotFound', `Cannot find node "${name}"`);
    return node;
  }

  #appInfo(): AppInfo {
    return {
      productName: 'SmartOS Lab',
      version: '0.1.0',
      host: 'test',
      platform: { stamp: '20261123T000000Z', bootArchiveBytes: 3_400_000, bootArchiveHash: 'fake' },
      libraryPath: '/home/ada/SmartOS Lab',
      operatingSystem: 'linux',
      engineVersions: {},
      libraryProblem: null,
      ...this.#options.app,
    };
  }
}

function fakeNode(name: string): NodeShape {
  return {
    name,
    ramBytes: GIB,
    cpuCount: 1,
    disks: [{ name: 'c1t0d0', sizeBytes: 16 * GIB, allocatedBytes: 64 * 1024 }],
    state: { kind: 'off' },
    poweredOnAtMs: null,
  };
}

/** The protocol's bytes are never in shared memory. */
function ownBytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(encodeUtf8(text));
}

/** Items that are there from the beginning; the stream stays open after the last. */
function listSource<T>(items: readonly T[], wake?: () => void): StreamSource<T> {
  let at = 0;
  return {
    next: () => {
      const item = items[at];
      at += 1;
      return item;
    },
    get isEnded() {
      return wake === undefined && at >= items.length;
    },
    dispose: () => {},
  };
}
