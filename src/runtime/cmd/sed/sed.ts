/**
 * sed: -n -e -f -E (-r) -i[ext] -I[ext] -s -u -l. With -i each file is its own stream.
 * @man sed(1)
 */
import { decodeLatin1, utf8ToLatin1 } from '#base/bytes.ts';
import { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { SedMachine, openWriteFiles } from '#cmd/sed/execute.ts';
import { SedInput } from '#cmd/sed/input.ts';
import { parseScript } from '#cmd/sed/parse.ts';
import { Input, Output, type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { operandsOrStdin } from '#lib/libc/file-operand.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE =
  'usage: sed script [-Ealnrsu] [-i[extension]] [file ...]\n' +
  '\tsed [-Ealnrsu] [-i[extension]] [-e script] ... [-f script_file] ... [file ...]\n';

interface SedOptions {
  isQuiet: boolean;
  isExtended: boolean;
  separate: boolean;
  /** The backup's extension with -i, empty for none. */
  inPlace: string | undefined;
  /** -e texts and -f file names in order. */
  readonly scripts: { readonly kind: 'text' | 'file'; readonly value: string }[];
}

/** The options may stand before and after the script; `-i` takes its extension attached. */
function parseOptions(
  args: readonly string[],
): { options: SedOptions; operands: string[] } | string {
  const options: SedOptions = {
    isQuiet: false,
    isExtended: false,
    separate: false,
    inPlace: undefined,
    scripts: [],
  };
  const operands: string[] = [];
  for (let i = 0; i < args.length; i += 1) {
    const word = args[i] as string;
    if (word === '--') {
      operands.push(...args.slice(i + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      operands.push(word);
      continue;
    }
    for (let at = 1; at < word.length; at += 1) {
      const letter = word[at] as string;
      const rest = word.slice(at + 1);
      if (letter === 'n') options.isQuiet = true;
      else if (letter === 'E' || letter === 'r') options.isExtended = true;
      else if (letter === 's') options.separate = true;
      else if (letter === 'i' || letter === 'I') {
        options.inPlace = rest;
        options.separate = letter === 'i';
        break;
      } else if (letter === 'e' || letter === 'f') {
        const value = rest === '' ? args[(i += 1)] : rest;
        if (value === undefined) return `option requires an argument -- ${letter}`;
        options.scripts.push({ kind: letter === 'e' ? 'text' : 'file', value });
        break;
      } else if (!'alu'.includes(letter)) return `illegal option -- ${letter}`;
    }
  }
  return { options, operands };
}

function* scriptText(sys: Sys, options: SedOptions): Task<{ text: string } | string> {
  const parts: string[] = [];
  for (const { kind, value } of options.scripts) {
    if (kind === 'text') {
      parts.push(utf8ToLatin1(value));
      continue;
    }
    const fd = value === '-' ? 0 : yield* sys.open(value, O_RDONLY);
    if (isErrno(fd)) return `${value}: ${fd.message}`;
    parts.push(decodeLatin1(yield* new Input(sys, fd).readAll()).replace(/\n$/, ''));
    if (fd !== 0) yield* sys.close(fd);
  }
  return { text: parts.join('\n') };
}

/** Edits one file in place: the result is written beside it and renamed over it. */
function* editInPlace(
  io: Stdio,
  sys: Sys,
  machine: SedMachine,
  path: string,
  extension: string,
): Task<'failed' | 'done' | 'quit'> {
  const stat = yield* sys.stat(path);
  if (isErrno(stat) || stat.type !== 'VREG') {
    yield* io.warn(isErrno(stat) ? `${path}: ${stat.message}` : `${path}: not a regular file`);
    return 'failed';
  }
  const temporary = `${path}.sed${sys.pid}`;
  const fd = yield* sys.open(temporary, O_WRONLY | O_CREAT | O_TRUNC, stat.mode & 0o7777);
  if (isErrno(fd)) {
    yield* io.warn(`${temporary}: ${fd.message}`);
    return 'failed';
  }
  const out = new Output(sys, fd, 'full');
  const input = new SedInput(io, sys, [path]);
  machine.redirect(input, out);
  const quit = yield* machine.run();
  // After `q` the rest of the file is kept as it is.
  for (let line = quit ? yield* input.next() : undefined; line !== undefined; ) {
    yield* out.write(`${line.text}${line.hasNewline ? '\n' : ''}`);
    line = yield* input.next();
  }
  yield* out.flush();
  yield* sys.chown(temporary, stat.uid, stat.gid);
  yield* sys.chmod(temporary, stat.mode & 0o7777);
  yield* sys.close(fd);
  if (out.error !== undefined) {
    yield* io.warn(`${path}: ${out.error.message}`);
    yield* sys.unlink(temporary);
    return 'failed';
  }
  if (extension !== '') yield* sys.rename(path, path + extension);
  const renamed = yield* sys.rename(temporary, path);
  if (isErrno(renamed)) {
    yield* io.warn(`rename: ${renamed.message}`);
    return 'failed';
  }
  return quit ? 'quit' : 'done';
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const parsed = parseOptions(sys.argv.slice(1));
  if (typeof parsed === 'string') return yield* usageError(io, USAGE, parsed, 1);
  const { options, operands } = parsed;
  if (options.scripts.length === 0) {
    const script = operands.shift();
    if (script === undefined) return yield* usageError(io, USAGE, undefined, 1);
    options.scripts.push({ kind: 'text', value: script });
  }
  const source = yield* scriptText(sys, options);
  const script = typeof source === 'string' ? source : parseScript(source.text, options.isExtended);
  if (typeof script === 'string') {
    yield* io.warn(script);
    return 1;
  }
  const { commands } = script;
  const files = yield* openWriteFiles(sys, commands);
  if ('path' in files) {
    yield* io.warn(`${files.path}: ${files.error.message}`);
    return 1;
  }
  const input = new SedInput(io, sys, operandsOrStdin(operands));
  const isQuiet = options.isQuiet || script.isQuiet;
  const machine = new SedMachine(sys, commands, isQuiet, files, input, io.out);
  let failed = false;
  if (options.inPlace !== undefined) {
    for (const path of operands) {
      const result = yield* editInPlace(io, sys, machine, path, options.inPlace);
      failed ||= result === 'failed';
      if (result === 'quit') break;
    }
  } else if (options.separate) {
    for (const path of operandsOrStdin(operands)) {
      const one = new SedInput(io, sys, [path]);
      machine.redirect(one, io.out);
      const quit = yield* machine.run();
      failed ||= one.failed;
      if (quit) break;
    }
  } else {
    yield* machine.run();
    failed = input.failed;
  }
  for (const file of files.values()) yield* file.flush();
  return machine.status || (failed ? 1 : 0);
}

export const SED: Command = { name: 'sed', path: '/usr/bin/sed', main: withStdio(main) };
