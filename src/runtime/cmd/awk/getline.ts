/**
 * getline in all its forms: which of $0, NF, NR, FNR and the variable it sets depends on where it reads
 * from and whether a variable is given.
 */
import type { Expression } from '#cmd/awk/ast.ts';
import { type Code, pure, waiting } from '#cmd/awk/code.ts';
import type { ExpressionCompiler } from '#cmd/awk/compile-expression.ts';
import { InputText, toNumber } from '#cmd/awk/value.ts';

export function compileGetline(
  compiler: ExpressionCompiler,
  node: Extract<Expression, { kind: 'getline' }>,
): Code {
  const { rt } = compiler;
  const { source } = node;
  const place = node.target === undefined ? undefined : compiler.place(node.target);
  const operand = node.operand === undefined ? pure(() => '') : compiler.expression(node.operand);
  const nr = rt.slot('NR');
  return waiting(function* run() {
    let text: string | undefined;
    if (source === 'main') {
      yield* rt.streams.flush(false);
      text = rt.takeRecord() ?? (yield* rt.nextRecord());
      if (text === undefined) return 0;
      rt.countRecord();
    } else {
      const name = rt.toText(yield* operand.run());
      const reader = yield* rt.streams.input(source, name);
      if (reader === undefined) return -1;
      text = yield* reader.next(rt.separator());
      if (text === undefined) return reader.error === undefined ? 0 : -1;
      if (source === 'command') rt.globals[nr] = toNumber(rt.globals[nr]) + 1;
    }
    if (place === undefined) rt.setRecord(text);
    else place.write(yield* place.key.run(), new InputText(text));
    return 1;
  });
}
