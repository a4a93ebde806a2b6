/**
 * The short proc tools: pwdx, pcred, pwait, pstop, prun. Without /proc's control files pstop and prun
 * work through SIGSTOP and SIGCONT, so a parent that waits with WUNTRACED notices.
 * @man proc(1)
 */
import { SIGCONT, SIGSTOP, type Signal } from '#abi/illumos/signal.ts';
import type { Prcred } from '#abi/illumos/procfs.ts';
import type { Command } from '#cmd/command.ts';
import { examine, forEachProcess, reasonOf } from '#cmd/ptools/targets.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { notSupported, usageError } from '#lib/libc/usage.ts';
import { readCred, readPath, readPsinfo } from '#lib/libproc/proc.ts';

const POLL_NS = 100_000_000n;

function* pwdx(io: Stdio, sys: Sys): Task<number> {
  const args = sys.argv.slice(1);
  if (args.length === 0) {
    return yield* usageError(io, 'usage:\tpwdx pid ...\n  (show process working directory)\n');
  }
  return yield* forEachProcess(io, sys, args, function* (info) {
    const path = yield* readPath(sys, info.pid, 'cwd');
    if (isErrno(path)) {
      yield* io.warn(`cannot resolve cwd for ${info.pid}: ${path.message}`);
      return false;
    }
    yield* io.out.write(`${info.pid}:\t${path}\n`);
    return true;
  });
}

/** Equal ids are shown once: `e/r/suid=0`. */
export function credText(cred: Prcred, showsAll: boolean): string {
  const three = (letter: 'u' | 'g', e: number, r: number, s: number): string => {
    const id = `${letter}id`;
    const isSame = !showsAll && e === r && r === s;
    return isSame ? `e/r/s${id}=${e}` : `e${id}=${e} r${id}=${r} s${id}=${s}`;
  };
  const ids = `${three('u', cred.euid, cred.ruid, cred.suid)}  `;
  const rest = three('g', cred.egid, cred.rgid, cred.sgid);
  const isOwnOnly = cred.groups.length === 1 && cred.groups[0] === cred.rgid;
  if (cred.groups.length === 0 || (isOwnOnly && !showsAll)) return `${ids}${rest}\n`;
  return `${ids}${rest}\n\tgroups: ${cred.groups.join(' ')}\n`;
}

function* pcred(io: Stdio, sys: Sys): Task<number> {
  const args = sys.argv.slice(1);
  const showsAll = args[0] === '-a';
  const targets = showsAll ? args.slice(1) : args;
  if (targets.length === 0) {
    const usage = 'usage:\tpcred { pid | core } ...\n  (report process credentials)\n';
    return yield* usageError(io, usage);
  }
  return yield* forEachProcess(io, sys, targets, function* (info) {
    const cred = yield* readCred(sys, info.pid);
    if (isErrno(cred)) {
      yield* io.warn(`cannot examine ${info.pid}: ${reasonOf(cred.name)}`);
      return false;
    }
    yield* io.out.write(`${info.pid}:\t${credText(cred, showsAll)}`);
    return true;
  });
}

function* pwait(io: Stdio, sys: Sys): Task<number> {
  const args = sys.argv.slice(1);
  const isVerbose = args[0] === '-v';
  const targets = isVerbose ? args.slice(1) : args;
  if (targets.length === 0) {
    const usage =
      'usage:\tpwait [-v] pid ...\n  (wait for processes to terminate)\n' +
      '  -v: verbose; report terminations to standard out\n';
    return yield* usageError(io, usage);
  }
  const waiting = new Set<number>();
  for (const argument of targets) {
    const info = yield* examine(io, sys, argument);
    if (info !== undefined) waiting.add(info.pid);
  }
  let lastStatus = 0;
  while (waiting.size > 0) {
    for (const pid of waiting) {
      const info = yield* readPsinfo(sys, pid);
      if (!isErrno(info) && info.nlwp > 0) continue;
      waiting.delete(pid);
      if (!isErrno(info)) lastStatus = info.wstat;
      if (!isVerbose) continue;
      const status = `0x${lastStatus.toString(16).padStart(4, '0')}`;
      yield* io.out.write(
        isErrno(info) ? `${pid}: terminated\n` : `${pid}: terminated, wait status ${status}\n`,
      );
    }
    if (waiting.size > 0) yield* sys.nanosleep(POLL_NS);
  }
  return 0;
}

function signalTool(signal: Signal, usage: string): Command['main'] {
  return withStdio(function* (io, sys) {
    const args = sys.argv.slice(1);
    if (args.length === 0) return yield* usageError(io, usage);
    return yield* forEachProcess(io, sys, args, function* (info) {
      const result = yield* sys.kill(info.pid, signal);
      if (!isErrno(result)) return true;
      yield* io.warn(`cannot control ${info.pid}: ${reasonOf(result.name)}`);
      return false;
    });
  });
}

function absent(name: string): Command {
  return {
    name,
    path: `/usr/bin/${name}`,
    *main(sys) {
      return yield* withStdio((io) => notSupported(io, 'looking into a process'))(sys);
    },
  };
}

export const PWDX: Command = { name: 'pwdx', path: '/usr/bin/pwdx', main: withStdio(pwdx) };
export const PCRED: Command = { name: 'pcred', path: '/usr/bin/pcred', main: withStdio(pcred) };
export const PWAIT: Command = { name: 'pwait', path: '/usr/bin/pwait', main: withStdio(pwait) };
export const PSTOP: Command = {
  name: 'pstop',
  path: '/usr/bin/pstop',
  main: signalTool(SIGSTOP, 'usage:\tpstop pid[/lwps] ...\n  (stop processes or lwps)\n'),
};
export const PRUN: Command = {
  name: 'prun',
  path: '/usr/bin/prun',
  main: signalTool(
    SIGCONT,
    'usage:\tprun pid[/lwps] ...\n  (set stopped processes or lwps running)\n',
  ),
};
/** What needs signal actions, address spaces or control files of /proc, which are not there. */
export const ABSENT_TOOLS: readonly Command[] = [
  'pmap',
  'preap',
  'psig',
  'pldd',
  'pstack',
  'gcore',
].map(absent);
