/** if, loops, case, select, groups, `(( ))`, functions. @man bash(1) Compound Commands */
import type { Task } from '#kernel/syscall/sys.ts';
import { evaluateText } from '#cmd/bash/expand/arithmetic.ts';
import { expandPattern, expandText, expandWords } from '#cmd/bash/expand/word.ts';
import { defineFunction } from '#cmd/bash/execute/function.ts';
import { readSelection, type Selection } from '#cmd/bash/execute/select.ts';
import { trace } from '#cmd/bash/execute/trace.ts';
import { noteCommand } from '#cmd/bash/execute/trap.ts';
import { Discard } from '#cmd/bash/failure.ts';
import type { Shell } from '#cmd/bash/shell.ts';
import type {
  ArithmeticFor,
  Block,
  Case,
  Command,
  For,
  If,
  Loop,
  Word,
} from '#cmd/bash/syntax/tree.ts';

export function* runCompound(shell: Shell, command: Command): Task<number> {
  switch (command.kind) {
    case 'group':
      return yield* shell.engine.block(shell, command.body);
    case 'if':
      return yield* runIf(shell, command);
    case 'while':
    case 'until':
      return yield* runLoop(shell, command);
    case 'for':
      return yield* runFor(shell, command);
    case 'select':
      return yield* runSelect(shell, command);
    case 'arithmeticFor':
      return yield* runArithmeticFor(shell, command);
    case 'case':
      return yield* runCase(shell, command);
    case 'arithmetic': {
      yield* noteCommand(shell, command, command.text);
      return yield* runArithmetic(shell, command.expression);
    }
    case 'function':
      return yield* defineFunction(shell, command);
    case 'coproc':
      yield* shell.complain('coproc: not supported yet');
      return 2;
    default:
      return 0;
  }
}

/** The head of a compound command goes to xtrace and the DEBUG trap. */
function* announce(shell: Shell, command: Command, header: string): Task<void> {
  yield* noteCommand(shell, command, header);
  if (shell.options.on('xtrace')) yield* trace(shell, header);
}

/** A block whose failure only decides: `-e` and ERR don't apply. */
function* runTest(shell: Shell, test: Block): Task<number> {
  shell.conditionDepth += 1;
  try {
    return yield* shell.engine.block(shell, test);
  } finally {
    shell.conditionDepth -= 1;
  }
}

function* runIf(shell: Shell, command: If): Task<number> {
  for (const branch of command.branches) {
    const status = yield* runTest(shell, branch.test);
    if (shell.unwinding !== undefined) return status;
    if (status === 0) return yield* shell.engine.block(shell, branch.body);
  }
  return command.otherwise ? yield* shell.engine.block(shell, command.otherwise) : 0;
}

/** After a loop's body: true when the loop ends. Consumes break and continue meant for it. */
function endsLoop(shell: Shell): boolean {
  const { unwinding } = shell;
  if (unwinding === undefined) return false;
  if (unwinding.kind === 'return') return true;
  if (unwinding.levels > 1) {
    unwinding.levels -= 1;
    return true;
  }
  shell.unwinding = undefined;
  return unwinding.kind === 'break';
}

function* runLoop(shell: Shell, command: Loop): Task<number> {
  let status = 0;
  const wanted = command.kind === 'while';
  shell.loopDepth += 1;
  try {
    for (;;) {
      yield* shell.sys.preempt(1);
      const test = yield* runTest(shell, command.test);
      if (shell.unwinding !== undefined) {
        if (endsLoop(shell)) break;
        continue;
      }
      if ((test === 0) !== wanted) break;
      status = yield* shell.engine.block(shell, command.body);
      if (endsLoop(shell)) break;
    }
  } finally {
    shell.loopDepth -= 1;
  }
  return shell.unwinding === undefined ? status : shell.status;
}

function* loopWords(shell: Shell, words: readonly Word[] | undefined): Task<readonly string[]> {
  return words === undefined ? shell.positional : yield* expandWords(shell, words);
}

function* runFor(shell: Shell, command: For): Task<number> {
  shell.line = command.line;
  if (!/^[A-Za-z_]\w*$/.test(command.name)) {
    yield* shell.complain(`\`${command.name}': not a valid identifier`);
    return 1;
  }
  const values = yield* loopWords(shell, command.words);
  const given = command.words?.map((word) => word.text).join(' ') ?? '"$@"';
  const header = `for ${command.name} in ${given}`;
  let status = 0;
  shell.loopDepth += 1;
  try {
    for (const value of values) {
      yield* shell.sys.preempt(1);
      yield* announce(shell, command, header);
      assignLoopVariable(shell, command.name, value);
      status = yield* shell.engine.block(shell, command.body);
      if (endsLoop(shell)) break;
    }
  } finally {
    shell.loopDepth -= 1;
  }
  return status;
}

/** A nameref as loop variable is pointed at each word in turn. */
function assignLoopVariable(shell: Shell, name: string, value: string): void {
  const variable = shell.variables.findDirect(name);
  if (variable?.isNameref === true) variable.value = value;
  else shell.variables.set(name, value);
}

function* runSelect(shell: Shell, command: For): Task<number> {
  const values = yield* loopWords(shell, command.words);
  if (values.length === 0) return 0;
  let status = 0;
  shell.loopDepth += 1;
  try {
    for (let showMenu = true; ; ) {
      const choice: Selection = yield* readSelection(shell, values, showMenu);
      if (choice === 'end') return 1;
      showMenu = choice === 'again';
      if (choice === 'again') continue;
      shell.variables.set(command.name, choice.value);
      status = yield* shell.engine.block(shell, command.body);
      if (endsLoop(shell)) return status;
      showMenu = (shell.variables.get('REPLY') ?? '') === '';
    }
  } finally {
    shell.loopDepth -= 1;
  }
}

function* runArithmeticFor(shell: Shell, command: ArithmeticFor): Task<number> {
  const evaluate = function* (word: Word | undefined): Task<bigint> {
    if (word === undefined) return 1n;
    shell.line = command.line;
    const text = word.literal ?? (yield* expandText(shell, word));
    if (shell.options.on('xtrace')) yield* trace(shell, `(( ${text.trim()} ))`);
    return yield* evaluateText(shell, text, '((: ');
  };
  let status = 0;
  shell.loopDepth += 1;
  try {
    yield* evaluate(command.initialize);
    while ((yield* evaluate(command.test)) !== 0n) {
      yield* shell.sys.preempt(1);
      status = yield* shell.engine.block(shell, command.body);
      if (endsLoop(shell)) break;
      yield* evaluate(command.update);
    }
  } catch (error) {
    if (!(error instanceof Discard) || error.isFatal) throw error;
    yield* shell.complain(error.message);
    return 1;
  } finally {
    shell.loopDepth -= 1;
  }
  return status;
}

export function* runArithmetic(shell: Shell, expression: Word): Task<number> {
  try {
    const text = expression.literal ?? (yield* expandText(shell, expression));
    if (shell.options.on('xtrace')) yield* trace(shell, `(( ${text.trim()} ))`);
    return (yield* evaluateText(shell, text, '((: ')) === 0n ? 1 : 0;
  } catch (error) {
    if (!(error instanceof Discard) || error.isFatal) throw error;
    yield* shell.complain(error.message);
    return 1;
  }
}

function* runCase(shell: Shell, command: Case): Task<number> {
  yield* announce(shell, command, `case ${command.word.text} in`);
  const text = yield* expandText(shell, command.word);
  const options = { extended: true, ignoreCase: shell.shopts.on('nocasematch') };
  let status = 0;
  let fallsThrough = false;
  for (const item of command.items) {
    let isMatch = fallsThrough;
    for (const pattern of isMatch ? [] : item.patterns) {
      const source = yield* expandPattern(shell, pattern);
      isMatch = shell.patterns.whole(source, options).test(text);
      if (isMatch) break;
    }
    if (!isMatch) continue;
    status = yield* shell.engine.block(shell, item.body);
    if (shell.unwinding !== undefined || item.terminator === ';;') return status;
    fallsThrough = item.terminator === ';&';
  }
  return status;
}
