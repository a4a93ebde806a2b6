/** truss: the system calls and signals of a process. @man truss(1) */
import { O_CREAT, O_TRUNC, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGSTOP } from '#abi/illumos/signal.ts';
import type { Command } from '#cmd/command.ts';
import { parseTruss, type TrussRequest, USAGE } from '#cmd/truss/options.ts';
import { TrussReport } from '#cmd/truss/report.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { execFailureStatus, execvp } from '#lib/libc/execvp.ts';
import { Output, type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { notSupported, usageError } from '#lib/libc/usage.ts';

/** Starts the command stopped, so that nothing of it is missed. */
function* startStopped(sys: Sys, io: Stdio, command: readonly string[]): Task<number | undefined> {
  const child = yield* sys.fork(function* (childSys) {
    yield* childSys.kill(childSys.pid, SIGSTOP);
    const error = yield* execvp(childSys, command, childSys.env);
    const reason = error.name === 'ENOENT' ? 'cannot find program' : 'cannot execute program';
    yield* io.err.write(`truss: ${reason}: ${command[0] ?? ''}\n`);
    return execFailureStatus(error);
  });
  if (isErrno(child)) return undefined;
  yield* sys.wait({ pid: child, untraced: true });
  return child;
}

function* attach(io: Stdio, sys: Sys, words: readonly string[], follows: boolean): Task<number[]> {
  const ids: number[] = [];
  for (const word of words) {
    const pid = Number(word.replace(/^.*\/proc\//, '').replace(/\/.*$/, ''));
    const id = Number.isInteger(pid) ? yield* sys.trace(pid, follows) : undefined;
    if (id === undefined || isErrno(id)) {
      const reasons: Readonly<Record<string, string>> = {
        ESRCH: 'no such process',
        EPERM: 'permission denied',
        EBUSY: 'process is traced',
        EINVAL: 'cannot trace self',
      };
      const reason = id === undefined ? 'invalid process id' : (reasons[id.name] ?? id.message);
      yield* io.err.write(`truss: ${reason}: ${word}\n`);
    } else ids.push(id);
  }
  return ids;
}

/** Reads events until the traced processes are gone, or an interrupt comes. */
function* follow(sys: Sys, report: TrussReport, ids: readonly number[]): Task<void> {
  const open = new Set(ids);
  while (open.size > 0) {
    for (const id of open) {
      const events = yield* sys.traceRead(id);
      if (isErrno(events)) {
        if (events.name === 'EINTR') return;
        open.delete(id);
        continue;
      }
      if (events.length === 0) open.delete(id);
      for (const event of events) yield* report.take(event);
    }
  }
}

function* openOutput(io: Stdio, sys: Sys, request: TrussRequest): Task<Output | undefined> {
  if (request.output === undefined) return new Output(sys, 2, 'full');
  const fd = yield* sys.open(request.output, O_WRONLY | O_CREAT | O_TRUNC, 0o666);
  if (!isErrno(fd)) return new Output(sys, fd, 'full');
  yield* io.err.write(`${request.output}: ${fd.message}\n`);
  return undefined;
}

function* run(io: Stdio, sys: Sys, request: TrussRequest): Task<number> {
  const output = yield* openOutput(io, sys, request);
  if (output === undefined) return 2;
  const attaches = request.has('p');
  const startNs = yield* sys.gethrtime();
  const report = new TrussReport(sys, output, request, startNs);
  let child: number | undefined;
  let ids: number[];
  if (attaches) {
    ids = yield* attach(io, sys, request.operands, request.has('f'));
    report.showsPids ||= request.operands.length > 1;
    // An interrupt ends the tracing, not what is traced.
    for (const signal of [SIGINT, SIGHUP, SIGQUIT]) {
      yield* sys.sigaction(signal, { handler: function* (): Task<void> {} });
    }
  } else {
    child = yield* startStopped(sys, io, request.operands);
    const id = child === undefined ? undefined : yield* sys.trace(child, request.has('f'));
    ids = id === undefined || isErrno(id) ? [] : [id];
    for (const signal of [SIGINT, SIGQUIT]) yield* sys.sigaction(signal, { handler: 'ignore' });
    if (child !== undefined) yield* sys.kill(child, SIGCONT);
  }
  if (ids.length === 0) return 1;
  yield* report.begin();
  yield* follow(sys, report, ids);
  for (const id of ids) yield* sys.traceStop(id);
  return yield* finish(sys, output, report, request, child, startNs);
}

function* finish(
  sys: Sys,
  output: Output,
  report: TrussReport,
  request: TrussRequest,
  child: number | undefined,
  startNs: bigint,
): Task<number> {
  const ended = child === undefined ? undefined : yield* sys.wait({ pid: child });
  const isEnded = ended !== undefined && !isErrno(ended);
  if (request.has('c')) {
    const elapsedNs = (yield* sys.gethrtime()) - startNs;
    yield* report.summary(isEnded ? ended.usage.userNs : 0n, elapsedNs);
  }
  yield* output.flush();
  if (!isEnded) return 0;
  return ended.how === 'exited' ? ended.status : 128 + ended.status;
}

function* truss(io: Stdio, sys: Sys): Task<number> {
  const request = parseTruss(sys.argv.slice(1));
  if ('usage' in request) {
    return yield* usageError(io, USAGE, request.usage === '' ? undefined : request.usage);
  }
  if ('later' in request) return yield* notSupported(io, `-${request.later}`);
  if ('message' in request) {
    yield* io.err.write(`truss: ${request.message}\n`);
    return 2;
  }
  return yield* run(io, sys, request);
}

export const TRUSS: Command = { name: 'truss', path: '/usr/bin/truss', main: withStdio(truss) };
