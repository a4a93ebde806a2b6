/**
 * init: the first process. Runs what /etc/inittab says for the run level, takes in orphans, starts
 * again what must not end, and hears wishes for another level (`init N` writes them into a fifo).
 * Services and the end of the machine are svc.startd's business, which init starts and watches.
 * @man init(8) inittab(5)  @see usr/src/cmd/init/init.c
 */
import { O_NOCTTY, O_RDONLY, O_RDWR, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { POLLIN } from '#abi/illumos/poll.ts';
import { SIGCLD, SIGHUP, SIGPWR, SIGTSTP, type Signal } from '#abi/illumos/signal.ts';
import { decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import type { Command } from '#cmd/command.ts';
import {
  type InittabEntry,
  type Redirection,
  parseInittab,
  parseSimpleCommand,
} from '#cmd/init/inittab.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { openAs, spawn } from '#lib/libc/spawn.ts';
import { Input } from '#lib/libc/stdio.ts';
import { BOOT_TIME, recordUtmpx, runLevelRecord } from '#lib/libc/utmpx.ts';
import {
  INIT_PIPE,
  STARTD_PIPE,
  listenForRunLevel,
  readRunLevels,
  sendRunLevel,
} from '#lib/libinit/initpipe.ts';

const INITTAB = '/etc/inittab';
const DEFAULT_INIT = '/etc/default/init';
/** An entry that ends sooner than this many times in two minutes is left alone for a while. */
const RESPAWN_LIMIT = 10;
const RESPAWN_WINDOW_NS = 120_000_000_000n;
/** The entry that is svc.startd. */
const STARTD_ID = 'smf';
const WAKE_UP = encodeUtf8('-');
const TELINIT_LEVELS = '0123456SsQqabc';

export const INIT: Command = {
  name: 'init',
  path: '/sbin/init',
  links: ['/sbin/telinit'],
  main: function* (sys) {
    if ((yield* sys.getpid()) === 1) return yield* new Init(sys).run();
    return yield* telinit(sys);
  },
};

function* telinit(sys: Sys): Task<number> {
  const name = (sys.argv[0] ?? 'init').replace(/^.*\//, '');
  const level = sys.argv[1] ?? '';
  if (sys.argv.length !== 2 || level.length !== 1 || !TELINIT_LEVELS.includes(level)) {
    yield* sys.write(2, encodeUtf8(`Usage: ${name} [0123456SsQqabc]\n`));
    return 1;
  }
  if ((yield* sys.getuid()).effective !== 0) {
    yield* sys.write(2, encodeUtf8('Must be super-user\n'));
    return 1;
  }
  const sent = yield* sendRunLevel(sys, INIT_PIPE, level);
  if (sent === 0) return 0;
  yield* sys.write(2, encodeUtf8(`${name}: cannot reach init: ${sent.message}\n`));
  return 1;
}

interface Running {
  readonly entry: InittabEntry;
  /** When it was started lately. */
  readonly starts: bigint[];
}

class Init {
  readonly #sys: Sys;
  #entries: InittabEntry[] = [];
  readonly #children: Map<number, Running> = new Map();
  #env: ReadonlyMap<string, string> = new Map();
  #level = 'S';
  #isPowerFailing = false;
  /** SIGTSTP (sent by reboot and halt): nothing is started any more. */
  #isStopped = false;

  constructor(sys: Sys) {
    this.#sys = sys;
  }

  *run(): Task<number> {
    const sys = this.#sys;
    this.#env = new Map([...sys.env, ...(yield* readSettings(sys))]);
    yield* recordUtmpx(sys, { type: BOOT_TIME, line: 'system boot' });
    const handled: Signal[] = [SIGCLD, SIGPWR, SIGTSTP, SIGHUP];
    yield* sys.sigprocmask('block', handled);
    const pipe = yield* listenForRunLevel(sys, INIT_PIPE);
    for (const signal of handled) yield* this.#catch(signal, pipe);
    this.#entries = parseInittab(yield* readText(sys, INITTAB));
    yield* this.#enter(sys.argv.includes('-s') ? 'S' : '3');
    yield* sys.sigprocmask('unblock', handled);
    for (;;) {
      yield* this.#reap();
      if (this.#isPowerFailing) yield* this.#powerFails();
      if (isErrno(pipe)) {
        yield* sys.sigsuspend([]);
        continue;
      }
      yield* sys.poll([{ fd: pipe, events: POLLIN, revents: 0 }], -1);
      for (const letter of yield* readRunLevels(sys, pipe)) yield* this.#request(letter);
    }
  }

  /** A signal also puts a letter into the fifo, so that one just before poll is not missed. */
  *#catch(signal: Signal, pipe: number | Errno): Task<void> {
    const note = (): void => {
      if (signal === SIGPWR) this.#isPowerFailing = true;
      if (signal === SIGTSTP) this.#isStopped = true;
    };
    yield* this.#sys.sigaction(signal, {
      restart: true,
      *handler(handlerSys) {
        note();
        if (!isErrno(pipe)) yield* handlerSys.write(pipe, WAKE_UP);
      },
    });
  }

  /** Starts what belongs to a level; the first time also what belongs to the boot. */
  *#enter(level: string): Task<void> {
    const isBoot = this.#level === 'S' && this.#children.size === 0;
    yield* recordUtmpx(this.#sys, runLevelRecord(level, isBoot ? 'S' : this.#level));
    this.#level = level;
    for (const entry of this.#entries) {
      const isBootEntry = ['sysinit', 'boot', 'bootwait'].includes(entry.action);
      if (isBootEntry ? !isBoot : !belongsTo(entry, level)) continue;
      if (isBootEntry || ['wait', 'once', 'respawn'].includes(entry.action)) {
        yield* this.#start(entry);
      }
    }
  }

  *#request(letter: string): Task<void> {
    if (letter === 'q' || letter === 'Q') {
      this.#entries = parseInittab(yield* readText(this.#sys, INITTAB));
      return;
    }
    const level = letter === 's' ? 'S' : letter;
    if (!'0123456S'.includes(level) || level === this.#level) return;
    yield* sendRunLevel(this.#sys, STARTD_PIPE, level);
    yield* this.#enter(level);
  }

  *#powerFails(): Task<void> {
    this.#isPowerFailing = false;
    for (const entry of this.#entries) {
      const isFor = entry.action === 'powerfail' || entry.action === 'powerwait';
      if (isFor && belongsTo(entry, this.#level)) yield* this.#start(entry);
    }
  }

  *#start(entry: InittabEntry, starts: bigint[] = []): Task<void> {
    const sys = this.#sys;
    const simple = parseSimpleCommand(entry.command);
    const argv = simple?.words ?? ['/sbin/sh', '-c', `exec ${entry.command}`];
    const flags = entry.id === STARTD_ID ? this.#startdFlags() : [];
    const pid = yield* spawn(sys, argv[0] ?? '', [...argv, ...flags], {
      env: this.#env,
      prepare: (child) => prepareChild(child, simple?.redirections ?? []),
    });
    if (isErrno(pid)) return;
    starts.push(yield* sys.gethrtime());
    const mustWait = ['wait', 'bootwait', 'powerwait'].includes(entry.action);
    const isWaitedFor = mustWait || (entry.action === 'sysinit' && entry.id !== STARTD_ID);
    if (isWaitedFor) yield* sys.wait({ pid });
    else this.#children.set(pid, { entry, starts });
  }

  /** Single user, and the kernel's -v: startd names each service that it starts. */
  #startdFlags(): readonly string[] {
    const flags = this.#level === 'S' ? ['-s'] : [];
    return this.#sys.argv.includes('-v') ? [...flags, '-v'] : flags;
  }

  /** Takes in every process that ended; starts again what has to run. */
  *#reap(): Task<void> {
    for (;;) {
      const ended = yield* this.#sys.wait({ pid: -1, noHang: true });
      if (ended === undefined || isErrno(ended)) return;
      const child = this.#children.get(ended.pid);
      if (child === undefined) continue;
      this.#children.delete(ended.pid);
      const { entry, starts } = child;
      const mustRun = entry.action === 'respawn' || entry.id === STARTD_ID;
      if (!mustRun || this.#isStopped) continue;
      if (yield* this.#isTooFast(entry, starts)) continue;
      yield* this.#start(entry, starts);
    }
  }

  *#isTooFast(entry: InittabEntry, starts: bigint[]): Task<boolean> {
    const now = yield* this.#sys.gethrtime();
    while (starts.length > 0 && now - (starts[0] ?? now) > RESPAWN_WINDOW_NS) starts.shift();
    if (starts.length < RESPAWN_LIMIT) return false;
    const text = 'INIT: Command is respawning too rapidly. Check for possible errors.';
    const fd = yield* this.#sys.open('/dev/console', O_WRONLY | O_NOCTTY);
    if (isErrno(fd)) return true;
    yield* this.#sys.write(fd, encodeUtf8(`\n${text}\nid: ${entry.id} "${entry.command}"\n`));
    yield* this.#sys.close(fd);
    return true;
  }
}

function belongsTo(entry: InittabEntry, level: string): boolean {
  return entry.levels === '' || entry.levels.toUpperCase().includes(level);
}

/** A session of its own, signals as at the beginning, streams as the entry says. */
function* prepareChild(child: Sys, redirections: readonly Redirection[]): Task<void> {
  yield* child.setsid();
  yield* child.sigprocmask('set', []);
  for (const fd of [0, 1, 2]) yield* openAs(child, fd, '/dev/null', O_RDWR);
  for (const { fd, path, flags } of redirections) {
    yield* openAs(child, fd, path, flags | O_NOCTTY);
  }
}

function* readText(sys: Sys, path: string): Task<string> {
  const fd = yield* sys.open(path, O_RDONLY);
  if (isErrno(fd)) return '';
  const text = decodeUtf8(yield* new Input(sys, fd).readAll());
  yield* sys.close(fd);
  return text;
}

/** NAME=value lines of /etc/default/init; CMASK is the umask and no variable. */
function* readSettings(sys: Sys): Task<Map<string, string>> {
  const settings = new Map<string, string>();
  for (const line of (yield* readText(sys, DEFAULT_INIT)).split('\n')) {
    const match = /^([A-Z_]+)=(.*)$/.exec(line);
    if (match === null) continue;
    const [, name = '', value = ''] = match;
    if (name === 'CMASK') yield* sys.umask(Number.parseInt(value, 8) & 0o777);
    else settings.set(name, value);
  }
  return settings;
}
