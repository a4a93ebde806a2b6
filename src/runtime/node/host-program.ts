/**
 * A program that the host started: `lab exec`, or a second terminal. Its streams are three pipes
 * whose other ends are the host's; output is handed over as far as the host's credit reaches, so a
 * slow reader blocks the program and nothing piles up.
 */
import type { ExecRequest, NodeListener } from '#runtime/node-contract.ts';
import { EXEC_INITIAL_CREDIT_BYTES } from '#runtime/node-contract.ts';
import { O_RDWR } from '#abi/illumos/fcntl.ts';
import { encodeUtf8 } from '#base/bytes.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import { OpenFile } from '#kernel/os/file.ts';
import { createProcess } from '#kernel/os/fork.ts';
import type { Proc, ProcEvent } from '#kernel/os/proc.ts';
import { startNative } from '#kernel/syscall/native.ts';
import type { NativeMain, Sys, Task } from '#kernel/syscall/sys.ts';
import type { AssembledKernel } from '#runtime/node/assemble.ts';
import { HostReader, HostWriter } from '#runtime/node/host-pipe.ts';
import { userCredentials } from '#runtime/node/user.ts';

const DEFAULT_PATH = '/usr/bin:/usr/sbin:/sbin:/bin';

/** Group that owns terminals: /etc/group's `tty`. */
const TTY_GID = 7;

/** How the program talks to the host: pipes here, a pty in host-terminal.ts. */
export interface HostStreams {
  /** Owns `bytes`. */
  input(bytes: Uint8Array): void;
  inputEnd(): void;
  resize(columns: number, rows: number): void;
  /** The host takes more output. */
  creditAdded(): void;
  /** Moves what can be moved. */
  pump(): void;
  /** Nothing of what the program wrote is left here. */
  isDrained(): boolean;
  close(): void;
}

/** Credit of one program over all its output. */
export class Credit {
  bytes: number = EXEC_INITIAL_CREDIT_BYTES;
}

export class PipeStreams implements HostStreams {
  readonly #id: number;
  readonly #listener: NodeListener;
  readonly #credit: Credit;
  readonly #stdin: HostWriter;
  readonly #stdout: HostReader;
  readonly #stderr: HostReader;

  /** Gives `proc` its descriptors 0, 1 and 2. */
  constructor(
    request: ExecRequest,
    proc: Proc,
    assembled: AssembledKernel,
    listener: NodeListener,
    credit: Credit,
  ) {
    this.#id = request.id;
    this.#listener = listener;
    this.#credit = credit;
    const { context } = assembled.kernel;
    const makeEnd = (): ReturnType<typeof assembled.pipes.makePipe>[0] => {
      const [hostEnd, programEnd] = assembled.pipes.makePipe(context);
      proc.files.allocate(new OpenFile(programEnd, O_RDWR), 3);
      return hostEnd;
    };
    this.#stdin = new HostWriter(makeEnd(), context);
    this.#stdout = new HostReader(makeEnd(), context);
    this.#stderr = new HostReader(makeEnd(), context);
  }

  input(bytes: Uint8Array): void {
    this.#stdin.push(bytes);
  }

  inputEnd(): void {
    this.#stdin.end();
  }

  resize(): void {}

  creditAdded(): void {}

  pump(): void {
    const taken = this.#stdin.pump();
    if (taken > 0) this.#listener.execInputTaken(this.#id, taken);
    this.#pumpOutput(this.#stdout, 'stdout');
    this.#pumpOutput(this.#stderr, 'stderr');
  }

  #pumpOutput(reader: HostReader, stream: 'stdout' | 'stderr'): void {
    this.#credit.bytes -= reader.pump(this.#credit.bytes, (bytes) =>
      this.#listener.execOutput(this.#id, stream, bytes),
    );
  }

  isDrained(): boolean {
    return this.#credit.bytes > 0;
  }

  close(): void {
    this.#stdin.close();
    this.#stdout.close();
    this.#stderr.close();
  }
}

export class HostProgram {
  readonly id: number;
  readonly streams: HostStreams;
  readonly credit: Credit;
  readonly #proc: Proc;
  #end: ProcEvent | undefined;

  constructor(id: number, proc: Proc, streams: HostStreams, credit: Credit) {
    this.id = id;
    this.#proc = proc;
    this.streams = streams;
    this.credit = credit;
    const { exitListeners } = proc.kernel;
    const listener = (ended: Proc, event: ProcEvent): void => {
      if (ended !== proc) return;
      this.#end = event;
      exitListeners.delete(listener);
    };
    exitListeners.add(listener);
  }

  addCredit(byteCount: number): void {
    this.credit.bytes += byteCount;
    this.streams.creditAdded();
  }

  /** To the whole group, as ^C on a terminal would: a pipeline ends as one. */
  signal(signal: number): void {
    this.#proc.group.signal(signal);
  }

  /** Moves bytes; answers how it ended once everything it wrote is with the host. */
  pump(): ProcEvent | undefined {
    this.streams.pump();
    if (this.#end === undefined || !this.streams.isDrained()) return undefined;
    this.streams.close();
    return this.#end;
  }
}

/** The process of a request, without streams, not started; it is root until its launcher runs. */
export function createHostProcess(request: ExecRequest, assembled: AssembledKernel): Proc {
  const { kernel } = assembled;
  const root = assembled.rootfs.root();
  const env = new Map(request.env);
  if (!env.has('PATH')) env.set('PATH', DEFAULT_PATH);
  const [word = ''] = request.argv;
  return createProcess(kernel, {
    parent: kernel.procs.get(1) ?? null,
    cwd: root,
    root,
    image: { command: word.replace(/^.*\//, ''), argv: request.argv, env, path: '' },
  });
}

/** `terminal`: the device below /dev that becomes controlling terminal and all three streams. */
export function startHostProcess(
  request: ExecRequest,
  proc: Proc,
  assembled: AssembledKernel,
  terminal?: string,
): void {
  startNative(proc, launcher(request, terminal), assembled.services);
}

/** Opens the terminal, becomes the user, changes directory, finds the program and becomes it. */
function launcher(request: ExecRequest, terminal: string | undefined): NativeMain {
  return function* (sys) {
    if (terminal !== undefined) yield* openTerminal(sys, `/dev/${terminal}`, request.uid);
    yield* becomeUser(sys, request.uid);
    const moved = yield* sys.chdir(request.cwd);
    if (isErrno(moved)) return yield* fail(sys, request.cwd, moved, 126);
    const [word = ''] = request.argv;
    let failure: Errno | undefined;
    for (const path of candidates(word, sys.env.get('PATH') ?? DEFAULT_PATH)) {
      const errno = yield* sys.execve(path, request.argv, sys.env);
      if (failure === undefined || errno.name !== 'ENOENT') failure = errno;
      if (errno.name !== 'ENOENT' && errno.name !== 'ENOTDIR') break;
    }
    if (failure === undefined || failure.name === 'ENOENT') {
      yield* sys.write(2, encodeUtf8(`${word}: not found\n`));
      return 127;
    }
    return yield* fail(sys, word, failure, 126);
  };
}

function* openTerminal(sys: Sys, path: string, uid: number): Task<void> {
  yield* sys.chown(path, uid, TTY_GID);
  const fd = yield* sys.open(path, O_RDWR);
  if (isErrno(fd)) return;
  for (const copy of [1, 2]) yield* sys.dup2(fd, copy);
}

function* becomeUser(sys: Sys, uid: number): Task<void> {
  const { gid, groups } = userCredentials(uid);
  yield* sys.setgroups(groups);
  yield* sys.setgid(gid);
  yield* sys.setuid(uid);
}

function candidates(word: string, path: string): readonly string[] {
  if (word === '') return [];
  if (word.includes('/')) return [word];
  return path.split(':').map((directory) => `${directory === '' ? '.' : directory}/${word}`);
}

function* fail(sys: Sys, what: string, errno: Errno, status: number): Task<number> {
  yield* sys.write(2, encodeUtf8(`${what}: ${errno.message}\n`));
  return status;
}
