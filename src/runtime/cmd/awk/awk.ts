/**
 * awk (nawk): the POSIX language. Text is bytes, as in the C locale.
 * @man awk(1)
 */
import { decodeLatin1, utf8ToLatin1 } from '#base/bytes.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { Interpreter } from '#cmd/awk/interpreter.ts';
import { AwkError, unescapeString } from '#cmd/awk/lexer.ts';
import { parseProgram } from '#cmd/awk/parse.ts';
import { AwkRuntime } from '#cmd/awk/runtime.ts';
import { AwkFatal } from '#cmd/awk/streams.ts';
import { closeOperand, openOperand } from '#lib/libc/file-operand.ts';
import { getopt, optionValue } from '#lib/libc/getopt.ts';
import { Input, type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE = 'usage: awk [-F fs][-v var=value][prog | -f progfile][file ...]\n';

function* readProgram(sys: Sys, paths: readonly string[]): Task<string | { missing: string }> {
  const parts: string[] = [];
  for (const path of paths) {
    const fd = yield* openOperand(sys, path);
    if (isErrno(fd)) return { missing: path };
    parts.push(decodeLatin1(yield* new Input(sys, fd).readAll()));
    yield* closeOperand(sys, fd);
  }
  return parts.join('\n');
}

/** Runs `source`; the exit status. */
function* execute(
  io: Stdio,
  sys: Sys,
  source: string,
  assignments: readonly string[],
  separator: string | undefined,
  operands: readonly string[],
): Task<number> {
  const rt = new AwkRuntime(io, sys);
  try {
    rt.setUp(io.name, operands);
    if (separator !== undefined) {
      const fs = utf8ToLatin1(separator);
      // `-Ft` means a tab, as it always did.
      rt.globals[rt.slot('FS')] = fs === 't' ? '\t' : unescapeString(fs);
    }
    for (const assignment of assignments) rt.assign(utf8ToLatin1(assignment));
    yield* new Interpreter(parseProgram(source), rt).run();
    return rt.exitStatus;
  } catch (error) {
    const isOverflow = error instanceof RangeError;
    if (!(error instanceof AwkError || error instanceof AwkFatal || isOverflow)) throw error;
    yield* rt.streams.flush(true);
    if (error instanceof AwkError) {
      yield* io.warn(`${error.message} at source line ${error.line}`);
      yield* io.warn(`bailing out at source line ${error.line}`);
    } else {
      yield* io.warn(isOverflow ? 'function calls nested too deeply' : error.message);
      const record = rt.text(rt.slot('NR'));
      if (record !== '0') yield* io.err.write(` input record number ${record}\n`);
    }
    return 2;
  }
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'F:v:f:');
  if (parsed.message !== undefined) return yield* usageError(io, USAGE, parsed.message);
  const files = parsed.options.filter(({ letter }) => letter === 'f').map(({ value }) => value);
  const assignments = parsed.options
    .filter(({ letter }) => letter === 'v')
    .map(({ value }) => value);
  const bad = assignments.find((text) => !/^[A-Za-z_]\w*=/.test(text));
  if (bad !== undefined) return yield* usageError(io, USAGE, `invalid -v argument: ${bad}`);
  let { operands } = parsed;
  let source: string;
  if (files.length > 0) {
    const read = yield* readProgram(sys, files);
    if (typeof read !== 'string') {
      yield* io.warn(`can't open file ${read.missing}`);
      return 2;
    }
    source = read;
  } else {
    const [program] = operands;
    if (program === undefined) return yield* usageError(io, USAGE);
    source = utf8ToLatin1(program);
    operands = operands.slice(1);
  }
  return yield* execute(io, sys, source, assignments, optionValue(parsed, 'F'), operands);
}

export const AWK: Command = {
  name: 'awk',
  path: '/usr/bin/awk',
  links: ['/usr/bin/nawk'],
  main: withStdio(main),
};
