/** `[[ … ]]`. @man bash(1) Compound Commands, CONDITIONAL EXPRESSIONS */
import type { Task } from '#kernel/syscall/sys.ts';
import { testBinary, testUnary } from '#cmd/bash/execute/predicate.ts';
import { trace } from '#cmd/bash/execute/trace.ts';
import { noteCommand } from '#cmd/bash/execute/trap.ts';
import { evaluateText } from '#cmd/bash/expand/arithmetic.ts';
import { expandPattern, expandRegex, expandText } from '#cmd/bash/expand/word.ts';
import { quoteWhenNeeded } from '#cmd/bash/expand/quote.ts';
import { Discard } from '#cmd/bash/failure.ts';
import { matchRegex } from '#cmd/bash/regex.ts';
import type { Shell } from '#cmd/bash/shell.ts';
import { Variable } from '#cmd/bash/state/variable.ts';
import type { Condition, Test } from '#cmd/bash/syntax/tree.ts';

/** 0 true, 1 false, 2 when the expression itself is wrong. */
export function* runCondition(shell: Shell, command: Condition): Task<number> {
  yield* noteCommand(shell, command, command.text);
  try {
    return (yield* evaluate(shell, command.test)) ? 0 : 1;
  } catch (error) {
    if (error instanceof BadRegex) return 2;
    if (!(error instanceof Discard) || error.isFatal) throw error;
    yield* shell.complain(error.message);
    return 1;
  }
}

class BadRegex extends Error {
  override readonly name = 'BadRegex';
}

const COMPARISONS: Readonly<Record<string, (a: bigint, b: bigint) => boolean>> = {
  '-eq': (a, b) => a === b,
  '-ne': (a, b) => a !== b,
  '-lt': (a, b) => a < b,
  '-le': (a, b) => a <= b,
  '-gt': (a, b) => a > b,
  '-ge': (a, b) => a >= b,
};

function* evaluate(shell: Shell, test: Test): Task<boolean> {
  switch (test.kind) {
    case 'not':
      return !(yield* evaluate(shell, test.operand));
    case 'and':
      for (const operand of test.operands) if (!(yield* evaluate(shell, operand))) return false;
      return true;
    case 'or':
      for (const operand of test.operands) if (yield* evaluate(shell, operand)) return true;
      return false;
    case 'unary': {
      const operand = yield* expandText(shell, test.operand);
      if (shell.options.on('xtrace')) {
        yield* trace(shell, `[[ ${test.operator} ${quoteWhenNeeded(operand)} ]]`);
      }
      return yield* testUnary(shell, test.operator, operand);
    }
    case 'binary':
      return yield* evaluateBinary(shell, test);
  }
}

function* evaluateBinary(shell: Shell, test: Test & { kind: 'binary' }): Task<boolean> {
  const { operator } = test;
  const left = yield* expandText(shell, test.left);
  if (operator === '=~') return yield* matches(shell, left, yield* expandRegex(shell, test.right));
  const isPattern = operator === '==' || operator === '=' || operator === '!=';
  const right = isPattern
    ? yield* expandPattern(shell, test.right)
    : yield* expandText(shell, test.right);
  if (shell.options.on('xtrace')) {
    yield* trace(shell, `[[ ${quoteWhenNeeded(left)} ${operator} ${right} ]]`);
  }
  if (isPattern) {
    const options = { extended: true, ignoreCase: shell.shopts.on('nocasematch') };
    return shell.patterns.whole(right, options).test(left) === (operator !== '!=');
  }
  const compare = COMPARISONS[operator];
  if (compare === undefined) return yield* testBinary(shell, left, operator, right);
  const a = yield* evaluateText(shell, left, '[[: ');
  return compare(a, yield* evaluateText(shell, right, '[[: '));
}

/** Sets BASH_REMATCH. */
function* matches(shell: Shell, text: string, source: string): Task<boolean> {
  if (shell.options.on('xtrace'))
    yield* trace(shell, `[[ ${quoteWhenNeeded(text)} =~ ${source} ]]`);
  const match = matchRegex(source, text, shell.shopts.on('nocasematch'));
  if (match === 'bad') throw new BadRegex(source);
  const variable = new Variable();
  variable.indexed = match === undefined ? [] : [...match];
  shell.variables.global.set('BASH_REMATCH', variable);
  return match !== undefined;
}
