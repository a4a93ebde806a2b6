/** bc: a calculator of any precision. -l adds a library of functions. @man bc(1) */
import { O_RDONLY } from '#abi/illumos/fcntl.ts';
import { decodeUtf8 } from '#base/bytes.ts';
import type { Command } from '#cmd/command.ts';
import { LIBRARY } from '#cmd/bc/library.ts';
import { BcSyntaxError, parseBc } from '#cmd/bc/parse.ts';
import { BcError, BcMachine, type Steps } from '#cmd/bc/run.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { getopt, hasOption } from '#lib/libc/getopt.ts';
import { Input, type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { notSupported, usageError } from '#lib/libc/usage.ts';

/** What a turn of a loop costs, about. */
const PAUSE_UNITS = 50;

/** Reads statements line by line; what is not finished waits for the next line. */
function* runInput(
  io: Stdio,
  sys: Sys,
  machine: BcMachine,
  input: Input,
  name: string,
): Task<boolean> {
  let pending = '';
  let lineNumber = 0;
  for (;;) {
    const line = yield* input.readLine();
    if (line === undefined && pending === '') return true;
    pending += line === undefined ? '' : `${decodeUtf8(line)}\n`;
    lineNumber += 1;
    const outcome = yield* runText(
      io,
      sys,
      machine,
      pending,
      line === undefined,
      `${name}:${lineNumber}`,
    );
    if (outcome === 'quit') return false;
    if (outcome === 'done' || line === undefined) pending = '';
  }
}

/** Lets others run at each pause of a computation. */
function* pausing<T>(sys: Sys, steps: Steps<T>): Task<T> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    yield* sys.preempt(PAUSE_UNITS);
  }
}

function* runText(
  io: Stdio,
  sys: Sys,
  machine: BcMachine,
  text: string,
  isEnd: boolean,
  place: string,
): Task<'done' | 'unfinished' | 'quit'> {
  try {
    for (const statement of parseBc(text)) {
      const output = yield* pausing(sys, machine.run(statement));
      if (output === undefined) return 'quit';
      yield* io.out.write(output);
    }
  } catch (error) {
    if (error instanceof BcSyntaxError) {
      if (error.isUnfinished && !isEnd) return 'unfinished';
      yield* io.out.flush();
      yield* io.err.write(
        `syntax error on line ${place.replace(/^.*:/, '')}, ${place.replace(/:\d+$/, '')}\n`,
      );
    } else if (error instanceof BcError) {
      yield* io.out.flush();
      yield* io.err.write(`${error.message}\n`);
    } else throw error;
  }
  return 'done';
}

function* bc(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'cl');
  if (parsed.message !== undefined) {
    return yield* usageError(io, 'usage: bc [-c] [-l] [file ...]\n', parsed.message);
  }
  if (hasOption(parsed, 'c')) return yield* notSupported(io, '-c');
  const machine = new BcMachine();
  if (hasOption(parsed, 'l')) {
    for (const statement of parseBc(LIBRARY)) yield* pausing(sys, machine.run(statement));
  }
  for (const path of parsed.operands) {
    const fd = yield* sys.open(path, O_RDONLY);
    if (isErrno(fd)) {
      yield* io.err.write(`bc: cannot open file ${path}: ${fd.message}\n`);
      return 1;
    }
    const goesOn = yield* runInput(io, sys, machine, new Input(sys, fd), path);
    yield* sys.close(fd);
    if (!goesOn) return 0;
  }
  yield* runInput(io, sys, machine, io.in, 'teletype');
  return 0;
}

export const BC: Command = { name: 'bc', path: '/usr/bin/bc', main: withStdio(bc) };
