/**
 * Runs native programs on a real kernel in a few milliseconds, without boot archive, services or
 * host: a RAM root with what the kernel mounts itself (/dev, /proc …), init as reaper, and what the
 * test asks for. Time is virtual: it moves by work done, and jumps to the next timeout when everybody
 * waits, so `sleep 60` costs nothing.
 *
 *   const result = runProgram(lsMain, { argv: ['ls', '/etc'], files: { '/etc/motd': 'hello\n' } });
 *   expect(result).toMatchObject({ status: 0, stdout: 'motd\n', stderr: '' });
 *
 * With several commands, by path, as a shell would start them:
 *
 *   const node = bootHarness({ commands: [sh, ls, wc], files: { … } });
 *   const result = node.run(['/usr/bin/sh', '-c', 'ls | wc -l'], { cwd: '/etc' });
 *   node.readFile('/tmp/out');
 *
 * A program that waits for something that can't come any more fails the test with a process list.
 */
import type { BlockDevice } from '#runtime/host.ts';
import { decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import type { Command } from '#cmd/command.ts';
import { nativeProgramFile } from '#abi/native-program.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import { createProcess } from '#kernel/os/fork.ts';
import { OpenFile } from '#kernel/os/file.ts';
import type { Kernel } from '#kernel/os/kernel.ts';
import type { Proc, ProcEvent } from '#kernel/os/proc.ts';
import { startNative } from '#kernel/syscall/native.ts';
import type { NativeMain, Sys, Task } from '#kernel/syscall/sys.ts';
import { lookupVnode, resolvePath } from '#kernel/vfs/lookup.ts';
import type { Vnode } from '#kernel/vfs/vnode.ts';
import { type AssembledKernel, assembleKernel } from '#runtime/node/assemble.ts';
import { HostReader, HostWriter } from '#runtime/node/host-pipe.ts';
import { mountKernelFilesystems } from '#runtime/node/mount-root.ts';
import { userCredentials } from '#runtime/node/user.ts';
import { VirtualClock } from '#testing/sim/clock.ts';
import { SeededRandom } from '#testing/sim/random.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';

/** Text or bytes, or both with a mode and owner; `{ link }` = symlink, `null` = directory. */
export type FileContent =
  | string
  | Uint8Array
  | null
  | { readonly link: string }
  | {
      readonly content: string | Uint8Array | null;
      readonly mode?: number;
      readonly uid?: number;
      readonly gid?: number;
    };

export interface HarnessOptions {
  readonly commands?: readonly Command[];
  /** By absolute path; missing directories are made. */
  readonly files?: Readonly<Record<string, FileContent>>;
  readonly seed?: number;
  readonly ramBytes?: number;
  readonly disks?: readonly BlockDevice[];
}

export interface RunOptions {
  readonly stdin?: string | Uint8Array;
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Virtual time after which the test has failed; 10 minutes unless given. */
  readonly timeoutMs?: number;
}

export interface RunOutcome {
  /** The exit status, or 128 + the signal. */
  readonly status: number;
  /** The signal that ended it; 0 = none. */
  readonly signal: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly stdoutBytes: Uint8Array;
}

const DEFAULT_ENV = {
  PATH: '/usr/bin:/bin:/usr/sbin:/sbin',
  LANG: 'C',
  HOME: '/root',
  TERM: 'dumb',
};
const SLICE_NS = 5_000_000n;

/** Boots a harness for one program. */
export function runProgram(
  program: NativeMain | readonly string[],
  options: HarnessOptions & RunOptions = {},
): RunOutcome {
  return bootHarness(options).run(program, options);
}

export function bootHarness(options: HarnessOptions = {}): NodeHarness {
  return new NodeHarness(options);
}

export class NodeHarness {
  readonly clock: VirtualClock = new VirtualClock();
  readonly assembled: AssembledKernel;
  readonly kernel: Kernel;
  /** Named programs; a test may add more. */
  readonly programs: Map<string, NativeMain> = new Map();

  constructor(options: HarnessOptions = {}) {
    this.assembled = assembleKernel(
      {
        clock: this.clock,
        random: new SeededRandom(options.seed ?? 1),
        log: { write: () => {} },
        ramBytes: options.ramBytes ?? 512 * 1024 * 1024,
        cpuCount: 2,
        hostname: 'harness',
        platformStamp: '20261123T000000Z',
        bootProperties: new Map([['smartos', 'true']]),
      },
      { codecs: nodeCodecs, disks: options.disks ?? [] },
      this.programs,
    );
    this.kernel = this.assembled.kernel;
    mountKernelFilesystems(this.assembled);
    const sched = this.#makeProcess(['sched'], null);
    const init = this.#makeProcess(['/sbin/init'], sched);
    startNative(init, reapChildren, this.assembled.services);
    for (const directory of ['/tmp', '/root', '/etc', '/usr/bin', '/var']) {
      this.writeFile(directory, { content: null, mode: directory === '/tmp' ? 0o1777 : 0o755 });
    }
    for (const command of options.commands ?? []) this.addCommand(command);
    for (const [path, content] of Object.entries(options.files ?? {})) {
      this.writeFile(path, content);
    }
  }

  /** Puts a command where its declaration says. */
  addCommand(command: Command): void {
    this.programs.set(command.name, command.main);
    const content = nativeProgramFile(command.name);
    for (const path of [command.path, ...(command.links ?? [])]) {
      this.writeFile(path, { content, mode: command.mode ?? 0o555 });
    }
  }

  /** Runs a program to its end. A word list is looked up and run through execve. */
  run(program: NativeMain | readonly string[], options: RunOptions = {}): RunOutcome {
    const running = this.start(program, options);
    const deadlineNs = this.clock.monotonicNs() + BigInt(options.timeoutMs ?? 600_000) * 1_000_000n;
    for (;;) {
      const isBusy = this.step();
      const moved = running.pump();
      if (running.isDone) return running.outcome();
      if (this.clock.monotonicNs() > deadlineNs) throw new Error(`timed out:\n${this.ps()}`);
      if (isBusy || moved > 0) continue;
      const wakeAtNs = this.kernel.dispatcher.callouts.earliestNs();
      if (wakeAtNs === undefined) throw new Error(`everybody waits for ever:\n${this.ps()}`);
      this.clock.advanceTo(wakeAtNs);
    }
  }

  /** Starts a program whose streams the test holds; `step` runs it. */
  start(program: NativeMain | readonly string[], options: RunOptions = {}): RunningProgram {
    const isMain = typeof program === 'function';
    const argv = options.argv ?? (isMain ? ['program'] : program);
    const env = new Map(Object.entries({ ...DEFAULT_ENV, ...options.env }));
    const main: NativeMain = isMain ? program : execWords(argv, env);
    const init = this.kernel.procs.get(1) ?? null;
    return new RunningProgram(
      this.#makeProcess(argv, init, options, env),
      this.assembled,
      main,
      options,
    );
  }

  /** Runs for a slice; false when nobody is runnable. */
  step(): boolean {
    return this.kernel.dispatcher.run(this.clock.monotonicNs() + SLICE_NS);
  }

  #makeProcess(
    argv: readonly string[],
    parent: Proc | null,
    options: RunOptions = {},
    env: ReadonlyMap<string, string> = new Map(),
  ): Proc {
    const root = this.#root();
    const cwd = this.#lookup(options.cwd ?? '/');
    const uid = options.uid ?? 0;
    const gid = options.gid ?? (uid === 0 ? 0 : uid);
    const command = (argv[0] ?? '').replace(/^.*\//, '');
    return createProcess(this.kernel, {
      parent,
      cwd,
      root,
      image: { command, argv, env, path: argv[0] ?? '' },
      cred: userCredentials(uid, gid),
    });
  }

  #root(): Vnode {
    return this.assembled.rootfs.root();
  }

  #lookup(path: string): Vnode {
    return mustSucceed(path, lookupVnode(path, this.#lookupStart(), 'follow'));
  }

  #lookupStart(): { root: Vnode; directory: Vnode; context: Kernel['context'] } {
    return { root: this.#root(), directory: this.#root(), context: this.kernel.context };
  }

  /** Makes or replaces a file. */
  writeFile(path: string, file: FileContent): void {
    const { context } = this.kernel;
    this.#makeParents(path);
    const place = mustSucceed(path, resolvePath(path, this.#lookupStart(), 'noFollow'));
    const plain = isDescribed(file) ? file : { content: file };
    if (isLink(plain)) {
      const attributes = { type: 'VLNK', mode: 0o777 } as const;
      place.directory.symlink(place.name, plain.link, attributes, context);
      return;
    }
    const { content } = plain;
    let vnode = place.vnode;
    if (vnode === undefined) {
      const made =
        content === null
          ? place.directory.mkdir(place.name, { type: 'VDIR', mode: 0o755 }, context)
          : place.directory.create(place.name, { type: 'VREG', mode: 0o644 }, false, context);
      vnode = mustSucceed(path, made);
    }
    if (content !== null) {
      vnode.setattr({ sizeBytes: 0 }, context);
      vnode.write(0, typeof content === 'string' ? encodeUtf8(content) : content, context);
    }
    const { mode, uid, gid } = plain;
    if (uid !== undefined || gid !== undefined) {
      vnode.setattr({ uid: uid ?? 0, gid: gid ?? 0 }, context);
    }
    if (mode !== undefined) vnode.setattr({ mode }, context);
  }

  #makeParents(path: string): void {
    let at = path.indexOf('/', 1);
    for (; at > 0; at = path.indexOf('/', at + 1)) {
      const parent = path.slice(0, at);
      if (isErrno(lookupVnode(parent, this.#lookupStart(), 'follow'))) this.writeFile(parent, null);
    }
  }

  readFileBytes(path: string): Uint8Array {
    const vnode = this.#lookup(path);
    const attributes = mustSucceed(path, vnode.getattr(this.kernel.context));
    const bytes = new Uint8Array(attributes.sizeBytes);
    vnode.read(0, bytes, this.kernel.context);
    return bytes;
  }

  readFile(path: string): string {
    return decodeUtf8(this.readFileBytes(path));
  }

  exists(path: string): boolean {
    return !isErrno(lookupVnode(path, this.#lookupStart(), 'noFollow'));
  }

  /** One line a process, for messages of failing tests. */
  ps(): string {
    return [...this.kernel.procs.all()]
      .map((proc) => {
        const threads = proc.threads.map((thread) => thread.state).join(',');
        const words = proc.image.argv.join(' ');
        return `${proc.pid} ${proc.parent?.pid ?? '-'} ${proc.state} [${threads}] ${words}`;
      })
      .join('\n');
  }
}

/** A started program and the host's ends of its streams. */
export class RunningProgram {
  readonly proc: Proc;
  readonly stdin: HostWriter;
  readonly #stdout: HostReader;
  readonly #stderr: HostReader;
  readonly #out: Uint8Array[] = [];
  readonly #err: Uint8Array[] = [];
  /** How it ended, once it did. */
  end: ProcEvent | undefined;

  constructor(
    proc: Proc,
    assembled: AssembledKernel,
    main: NativeMain,
    options: Pick<RunOptions, 'stdin'>,
  ) {
    this.proc = proc;
    const { kernel, pipes, services } = assembled;
    const { context } = kernel;
    const ends = [0, 1, 2].map((fd) => {
      const [hostEnd, programEnd] = pipes.makePipe(context);
      proc.files.allocate(new OpenFile(programEnd, RDWR), 16, fd);
      return hostEnd;
    }) as unknown as readonly [Vnode, Vnode, Vnode];
    this.stdin = new HostWriter(ends[0], context);
    this.#stdout = new HostReader(ends[1], context);
    this.#stderr = new HostReader(ends[2], context);
    const { stdin } = options;
    if (stdin !== undefined) {
      this.stdin.push(typeof stdin === 'string' ? encodeUtf8(stdin) : stdin);
    }
    this.stdin.end();
    kernel.exitListeners.add((ended, event) => {
      if (ended === proc) this.end = event;
    });
    startNative(proc, main, services);
    this.pump();
  }

  /** Moves bytes between the streams and the test. */
  pump(): number {
    const moved = this.stdin.pump();
    const out = this.#stdout.pump(Infinity, (bytes) => this.#out.push(bytes.slice()));
    return moved + out + this.#stderr.pump(Infinity, (bytes) => this.#err.push(bytes.slice()));
  }

  /** Ended, and nobody holds its stdout and stderr any more. */
  get isDone(): boolean {
    return this.end !== undefined && this.#stdout.isClosed && this.#stderr.isClosed;
  }

  outcome(): RunOutcome {
    const event = this.end ?? { how: 'exited', status: 0 };
    const signal = event.how === 'exited' ? 0 : event.status;
    const stdoutBytes = new Uint8Array(Buffer.concat(this.#out));
    return {
      status: signal === 0 ? event.status : 128 + signal,
      signal,
      stdout: decodeUtf8(stdoutBytes),
      stderr: decodeUtf8(new Uint8Array(Buffer.concat(this.#err))),
      stdoutBytes,
    };
  }
}

const RDWR = 2;

function* reapChildren(sys: Sys): Task<number> {
  yield* sys.sigaction(18, {
    handler: function* () {
      while (true) {
        const ended = yield* sys.wait({ pid: -1, noHang: true });
        if (ended === undefined || isErrno(ended)) return;
      }
    },
    restart: true,
  });
  for (;;) yield* sys.sigsuspend([]);
}

function execWords(argv: readonly string[], env: ReadonlyMap<string, string>): NativeMain {
  return function* (sys) {
    const errno = yield* sys.execve(argv[0] ?? '', argv, env);
    yield* sys.write(2, encodeUtf8(`${argv[0]}: ${errno.message}\n`));
    return errno.name === 'ENOENT' ? 127 : 126;
  };
}

function isDescribed(file: FileContent): file is Exclude<FileContent, string | Uint8Array | null> {
  return typeof file === 'object' && file !== null && !(file instanceof Uint8Array);
}

function isLink(file: object): file is { readonly link: string } {
  return 'link' in file;
}

function mustSucceed<T>(path: string, result: T | Errno): T {
  if (isErrno(result)) throw new Error(`${path}: ${result.message}`);
  return result;
}
