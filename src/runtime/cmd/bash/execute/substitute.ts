/** `$( … )`, `$(<file)`, `<( … )` and `>( … )`. @man bash(1) Command Substitution */
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { forkChild } from '#cmd/bash/execute/child.ts';
import { runAlone } from '#cmd/bash/execute/pipeline.ts';
import { collect } from '#cmd/bash/execute/wait.ts';
import { expandSingle } from '#cmd/bash/expand/word.ts';
import { Discard, Interrupted } from '#cmd/bash/failure.ts';
import { readDescriptor, readFile } from '#cmd/bash/files.ts';
import type { Shell } from '#cmd/bash/shell.ts';
import type { CommandSubstitution, Script } from '#cmd/bash/syntax/tree.ts';

const CHILD = { pgid: undefined, isForeground: true, isAsynchronous: false } as const;

export function* substitute(shell: Shell, part: CommandSubstitution): Task<string> {
  if (part.inputFile !== undefined) return yield* substituteFile(shell, part);
  const { line } = shell;
  const ends = yield* shell.sys.pipe();
  if (isErrno(ends))
    throw new Discard(`cannot make pipe for command substitution: ${ends.message}`);
  const [reader, writer] = ends;
  const pid = yield* forkChild(
    shell,
    function* (child) {
      yield* child.sys.close(reader);
      yield* child.sys.dup2(writer, 1);
      if (writer !== 1) yield* child.sys.close(writer);
      if (!child.shopts.on('inherit_errexit') && !child.options.on('posix')) {
        child.options.set('errexit', false);
      }
      return yield* runScript(child, part.script);
    },
    CHILD,
  );
  yield* shell.sys.close(writer);
  if (isErrno(pid)) {
    yield* shell.sys.close(reader);
    throw new Discard(`cannot make child for command substitution: ${pid.message}`);
  }
  const output = yield* readDescriptor(shell, reader);
  yield* shell.sys.close(reader);
  shell.substitutionStatus = yield* waitForPid(shell, pid);
  shell.status = shell.substitutionStatus;
  shell.line = line;
  if (shell.isInterrupted) throw new Interrupted();
  return yield* cleanOutput(shell, isErrno(output) ? '' : output);
}

function* runScript(child: Shell, script: Script): Task<number> {
  const [only, more] = script.statements;
  if (only !== undefined && more === undefined && !only.background) {
    return yield* runAlone(child, only.command);
  }
  return yield* child.engine.block(child, script.statements);
}

/** Without trailing newlines; NUL bytes are dropped with a warning. */
function* cleanOutput(shell: Shell, output: string): Task<string> {
  let text = output;
  if (text.includes('\0')) {
    yield* shell.complain('warning: command substitution: ignored null byte in input');
    text = text.replaceAll('\0', '');
  }
  let end = text.length;
  while (end > 0 && text[end - 1] === '\n') end -= 1;
  return text.slice(0, end);
}

function* substituteFile(shell: Shell, part: CommandSubstitution): Task<string> {
  if (part.inputFile === undefined) return '';
  const target = yield* expandSingle(shell, part.inputFile);
  const text = target === undefined ? undefined : yield* readFile(shell, target);
  if (text === undefined || isErrno(text)) {
    yield* shell.complain(
      `${target ?? part.inputFile.text}: ${text?.message ?? 'ambiguous redirect'}`,
    );
    shell.substitutionStatus = 1;
    return '';
  }
  shell.substitutionStatus = 0;
  return yield* cleanOutput(shell, text);
}

/** The status of a child that is no job. */
export function* waitForPid(shell: Shell, pid: number): Task<number> {
  for (;;) {
    const known = shell.jobs.endedStatuses.get(pid);
    if (known !== undefined) {
      shell.jobs.endedStatuses.delete(pid);
      return known;
    }
    const change = yield* collect(shell, true);
    if (change === false) return 127;
  }
}

/** The name under which the other end of the pipe can be opened. */
export function* processSubstitute(
  shell: Shell,
  operator: '<' | '>',
  script: Script,
): Task<string> {
  const ends = yield* shell.sys.pipe();
  if (isErrno(ends))
    throw new Discard(`cannot make pipe for process substitution: ${ends.message}`);
  const [mine, theirs] = operator === '<' ? ends : [ends[1], ends[0]];
  const pid = yield* forkChild(
    shell,
    function* (child) {
      yield* child.sys.close(mine);
      const standard = operator === '<' ? 1 : 0;
      yield* child.sys.dup2(theirs, standard);
      if (theirs !== standard) yield* child.sys.close(theirs);
      return yield* runScript(child, script);
    },
    CHILD,
  );
  yield* shell.sys.close(theirs);
  if (!isErrno(pid)) shell.lastBackgroundPid = pid;
  shell.substitutionFiles.push(mine);
  return `/dev/fd/${mine}`;
}
