/** echo and printf. @man bash(1) echo, printf */
import type { Task } from '#kernel/syscall/sys.ts';
import { parseOptions } from '#cmd/bash/builtins/options.ts';
import { formatPrintf } from '#cmd/bash/builtins/printf-format.ts';
import { assignText } from '#cmd/bash/execute/assign.ts';
import { decodeEscapes } from '#cmd/bash/expand/escapes.ts';
import { splitReference } from '#cmd/bash/expand/arithmetic.ts';
import type { Builtin, Shell } from '#cmd/bash/shell.ts';
import { literalWord } from '#cmd/bash/syntax/tree.ts';

export const echoBuiltin: Builtin = function* (shell, args) {
  let escapes = shell.shopts.on('xpg_echo');
  let newline = true;
  let index = 0;
  const takesOptions = !(shell.options.on('posix') && shell.shopts.on('xpg_echo'));
  while (takesOptions && /^-[neE]+$/.test(args[index] ?? '')) {
    for (const letter of (args[index] as string).slice(1)) {
      if (letter === 'n') newline = false;
      else escapes = letter === 'e';
    }
    index += 1;
  }
  let text = args.slice(index).join(' ');
  if (escapes) {
    const decoded = decodeEscapes(text, 'echo');
    text = decoded.text;
    if (decoded.stop) newline = false;
  }
  return yield* shell.print(newline ? `${text}\n` : text, 'echo');
};

export const printfBuiltin: Builtin = function* (shell, args) {
  const parsed = yield* parseOptions(shell, 'printf', args, 'v:');
  if (parsed === undefined) return 2;
  const [format, ...values] = parsed.operands;
  if (format === undefined) return yield* usageMissing(shell);
  const target = parsed.values.get('v');
  if (target !== undefined && !/^[A-Za-z_]\w*(\[.*\])?$/s.test(target)) {
    yield* shell.complain(`printf: \`${target}': not a valid identifier`);
    return 2;
  }
  if (/%[^a-zA-Z%]*\([^)]*\)T/.test(format)) shell.nowNs = yield* shell.sys.gettimeofday();
  const result = formatPrintf(format, values, {
    nowNs: shell.nowNs,
    startNs: shell.startNs,
    environment: shell.variables.environment(),
  });
  if (target === undefined) {
    const written = yield* shell.print(result.text, 'printf');
    for (const problem of result.problems) yield* shell.complain(`printf: ${problem}`);
    return written === 0 ? result.status : written;
  }
  for (const problem of result.problems) yield* shell.complain(`printf: ${problem}`);
  const { name, subscript } = splitReference(target);
  const index = subscript === undefined ? undefined : literalWord(subscript);
  yield* assignText(shell, name, index, result.text, false);
  return result.status;
};

function* usageMissing(shell: Shell): Task<number> {
  yield* shell.write(2, 'printf: usage: printf [-v var] format [arguments]\n');
  return 2;
}
