/** What find does with a file: print it, list it, run a program on it. */
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Predicate, Visit } from '#cmd/find/expression.ts';
import type { FindContext } from '#cmd/find/context.ts';
import { confirm } from '#lib/libc/confirm.ts';
import { permissionString, typeLetter } from '#lib/libc/file-mode.ts';
import { spawnProgram, waitFor } from '#lib/libc/popen.ts';
import { Output, type Stdio } from '#lib/libc/stdio.ts';
import { localtime, strftime, timezoneFrom } from '#lib/libc/time.ts';

/** Bytes of names in one command line of `-exec … +`. */
const BATCH_BYTES = 100_000;

export function printAction(io: Stdio, end: string): Predicate {
  return function* evaluate({ path }) {
    yield* io.out.write(path + end);
    return true;
  };
}

const SIX_MONTHS = 180n * 86_400n * 1_000_000_000n;

/** -ls: inode, kilobytes, mode, links, owner, group, size, time, name. */
export function listAction({ io, sys, accounts, nowNs }: FindContext): Predicate {
  const zone = timezoneFrom(sys.env);
  return function* evaluate({ path, stat }) {
    const owner = (yield* accounts.userName(stat.uid)) ?? String(stat.uid);
    const group = (yield* accounts.groupName(stat.gid)) ?? String(stat.gid);
    const isOld = stat.mtimeNs < nowNs - SIX_MONTHS || stat.mtimeNs > nowNs + 60_000_000_000n;
    const when = strftime(isOld ? '%b %e  %Y' : '%b %e %H:%M', localtime(stat.mtimeNs, zone));
    const target = stat.type === 'VLNK' ? yield* sys.readlink(path) : '';
    const link = target === '' || isErrno(target) ? '' : ` -> ${target}`;
    const fields = [
      String(stat.ino).padStart(5),
      String(Math.ceil(stat.blocks / 2)).padStart(4),
      typeLetter(stat.type) + permissionString(stat.mode, stat.type),
      String(stat.nlink).padStart(3),
      owner.padEnd(8),
      group.padEnd(8),
      String(stat.size).padStart(8),
      when,
    ];
    yield* io.out.write(`${fields.join(' ')} ${path}${link}\n`);
    return true;
  };
}

function* complain(own: Sys, name: string, message: string): Task<void> {
  yield* new Output(own, 2, 'unbuffered').write(`find: ${name}: ${message}\n`);
}

/** -exec and -ok; with `isBatch` names are gathered and run together. */
export class ExecAction {
  readonly #context: FindContext;
  readonly #argv: readonly string[];
  readonly #isBatch: boolean;
  readonly #asks: boolean;
  #names: string[] = [];
  #size = 0;
  /** A batch that failed: find ends with a failure. */
  failed = false;

  constructor(context: FindContext, argv: readonly string[], isBatch: boolean, asks: boolean) {
    this.#context = context;
    this.#argv = isBatch ? argv.slice(0, -1) : argv;
    this.#isBatch = isBatch;
    this.#asks = asks;
  }

  *visit({ path }: Visit): Task<boolean> {
    if (this.#isBatch) {
      this.#names.push(path);
      this.#size += path.length;
      if (this.#size > BATCH_BYTES) yield* this.finish();
      return true;
    }
    const argv = this.#argv.map((word) => word.replaceAll('{}', path));
    if (this.#asks) {
      const question = `< ${this.#argv[0]} ... ${path} >?   `;
      if (!(yield* confirm(this.#context.io, question))) return false;
    }
    return (yield* this.#run(argv)) === 0;
  }

  /** Runs what is gathered. */
  *finish(): Task<void> {
    if (this.#names.length === 0) return;
    const names = this.#names;
    this.#names = [];
    this.#size = 0;
    if ((yield* this.#run([...this.#argv, ...names])) !== 0) this.failed = true;
  }

  *#run(argv: readonly string[]): Task<number> {
    const { io, sys } = this.#context;
    yield* io.out.flush();
    const pid = yield* spawnProgram(sys, argv, (own, error) =>
      complain(own, argv[0] ?? '', error.message),
    );
    if (!isErrno(pid)) return yield* waitFor(sys, pid);
    yield* io.warn(`cannot fork: ${pid.message}`);
    return 1;
  }
}
