/** awk's own functions. */
import type { Expression } from '#cmd/awk/ast.ts';
import { type Code, lift1, lift2, liftAll, pure, waiting } from '#cmd/awk/code.ts';
import type { ExpressionCompiler, Place } from '#cmd/awk/compile-expression.ts';
import { splitText } from '#cmd/awk/record.ts';
import { AwkFatal } from '#cmd/awk/streams.ts';
import { InputText, type Value, sprintf, toNumber } from '#cmd/awk/value.ts';
import type { Regex } from '#lib/libc/regex.ts';

const MATH: Readonly<Record<string, (x: number) => number>> = {
  sin: Math.sin,
  cos: Math.cos,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  int: Math.trunc,
};

const RECORD: Expression = { kind: 'field', index: { kind: 'number', value: 0 } };

export function compileBuiltin(
  compiler: ExpressionCompiler,
  name: string,
  args: readonly Expression[],
): Code {
  const { rt } = compiler;
  const code = (index: number, fallback?: Expression): Code => {
    const node = args[index] ?? fallback;
    if (node === undefined) throw new AwkFatal(`not enough args to ${name}`);
    return compiler.expression(node);
  };
  const text = (index: number, fallback?: Expression): Code<string> =>
    lift1(code(index, fallback), (value) => rt.toText(value));
  const math = MATH[name];
  if (math !== undefined) return lift1(code(0, RECORD), (value) => math(toNumber(value)));
  switch (name) {
    case 'length':
      return compileLength(compiler, args[0]);
    case 'index':
      return lift2(text(0), text(1), (whole, part) => whole.indexOf(part) + 1);
    case 'substr':
      return compileSubstr(text(0), code(1), args[2] === undefined ? undefined : code(2));
    case 'tolower':
      return lift1(text(0), (value) => value.replace(/[A-Z]+/g, (part) => part.toLowerCase()));
    case 'toupper':
      return lift1(text(0), (value) => value.replace(/[a-z]+/g, (part) => part.toUpperCase()));
    case 'sprintf':
      return liftAll(
        args.map((node) => compiler.expression(node)),
        ([format, ...rest]) => sprintf(rt.toText(format), rest, rt.convfmt),
      );
    case 'atan2':
      return lift2(code(0), code(1), (y, x) => Math.atan2(toNumber(y), toNumber(x)));
    case 'rand':
      return pure(() => rt.random());
    case 'split':
      return compileSplit(compiler, text(0), args);
    case 'match':
      return compileMatch(compiler, text(0), args[1]);
    case 'sub':
    case 'gsub':
      return compileSubstitute(compiler, name === 'gsub', args);
    default:
      return compileWaiting(compiler, name, args[0] === undefined ? undefined : code(0));
  }
}

/** Functions that wait for something outside. */
function compileWaiting(compiler: ExpressionCompiler, name: string, argument?: Code): Code {
  const { rt } = compiler;
  return waiting(function* run() {
    const value = argument === undefined ? undefined : yield* argument.run();
    if (name === 'system') return yield* rt.streams.system(rt.toText(value));
    if (name === 'close') return yield* rt.streams.close(rt.toText(value));
    if (name === 'fflush') {
      yield* rt.streams.flush(true);
      return 0;
    }
    if (argument !== undefined) return rt.setSeed(toNumber(value));
    return rt.setSeed(Number((yield* rt.sys.gettimeofday()) / 1_000_000_000n));
  });
}

function compileLength(compiler: ExpressionCompiler, node: Expression | undefined): Code {
  const { rt, analysis, scope } = compiler;
  if (node?.kind === 'variable') {
    const index = scope?.parameters.indexOf(node.name) ?? -1;
    const facts = analysis.facts.get(scope?.name ?? '');
    const isArray =
      index < 0 ? analysis.globalArrays.has(node.name) : facts?.arrays[index] === true;
    if (isArray) {
      const array = compiler.array(node.name);
      return pure(() => array().size);
    }
    if (index >= 0) {
      return pure(() => {
        const value = rt.frame[index];
        return value instanceof Map ? value.size : rt.toText(value).length;
      });
    }
  }
  return lift1(compiler.expression(node ?? RECORD), (value) => rt.toText(value).length);
}

/** Half to even, as rint(3C): what the awks do with fractions. */
function round(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

function compileSubstr(text: Code<string>, start: Code, length: Code | undefined): Code {
  const cut = (value: string, from: number, count: number): string => {
    const first = Math.max(from, 1);
    const end = Math.min(from + count, value.length + 1);
    return end > first ? value.slice(first - 1, end - 1) : '';
  };
  if (length === undefined) {
    return lift2(text, start, (value, from) => cut(value, round(toNumber(from)), Infinity));
  }
  const bounds = lift2(start, length, (from, count) => {
    const first = round(toNumber(from));
    return [first, round(toNumber(from) + toNumber(count)) - first] as const;
  });
  return lift2(text, bounds, (value, [from, count]) => cut(value, from, count));
}

function compileSplit(
  compiler: ExpressionCompiler,
  text: Code<string>,
  args: readonly Expression[],
): Code {
  const { rt } = compiler;
  const [, target, separator] = args;
  if (target?.kind !== 'variable') throw new AwkFatal('split: second argument must be an array');
  const array = compiler.array(target.name);
  const fs = rt.slot('FS');
  let by: Code<string | Regex>;
  if (separator === undefined) by = pure(() => rt.text(fs));
  else if (separator.kind === 'regex') by = compiler.regex(separator);
  else by = lift1(compiler.expression(separator), (value) => rt.toText(value));
  return lift2(text, by, (value, how) => {
    const parts = splitText(value, how, (source) => rt.regex(source));
    const map = array();
    map.clear();
    parts.forEach((part, i) => map.set(String(i + 1), new InputText(part)));
    return parts.length;
  });
}

function compileMatch(
  compiler: ExpressionCompiler,
  text: Code<string>,
  pattern: Expression | undefined,
): Code {
  if (pattern === undefined) throw new AwkFatal('not enough args to match');
  const { rt } = compiler;
  const [start, length] = [rt.slot('RSTART'), rt.slot('RLENGTH')];
  return lift2(text, compiler.regex(pattern), (value, regex) => {
    const span = regex.find(value);
    rt.globals[start] = span === undefined ? 0 : span[0] + 1;
    rt.globals[length] = span === undefined ? -1 : span[1] - span[0];
    return rt.globals[start];
  });
}

/** `&` is the match, `\&` an ampersand, `\\` before them a backslash. */
function expandReplacement(replacement: string, matched: string): string {
  if (!replacement.includes('&') && !replacement.includes('\\')) return replacement;
  return replacement.replace(/\\\\(?=&)|\\&|&/g, (all) => {
    if (all === '&') return matched;
    return all === '\\&' ? '&' : '\\';
  });
}

/** The new text and how often it was replaced. */
function replaceIn(
  text: string,
  regex: Regex,
  replacement: string,
  isGlobal: boolean,
): readonly [string, number] {
  let result = '';
  let copied = 0;
  let count = 0;
  let lastEnd = -1;
  for (let from = 0; from <= text.length; ) {
    const span = regex.find(text, from);
    if (span === undefined) break;
    const [start, end] = span;
    if (start === end && start === lastEnd) {
      from = end + 1;
      continue;
    }
    result += text.slice(copied, start) + expandReplacement(replacement, text.slice(start, end));
    copied = end;
    lastEnd = end;
    count += 1;
    if (!isGlobal) break;
    from = end > start ? end : end + 1;
  }
  return [result + text.slice(copied), count];
}

function compileSubstitute(
  compiler: ExpressionCompiler,
  isGlobal: boolean,
  args: readonly Expression[],
): Code {
  const { rt } = compiler;
  const [pattern, replacement, target = RECORD] = args;
  if (pattern === undefined || replacement === undefined) {
    throw new AwkFatal(`not enough args to ${isGlobal ? 'gsub' : 'sub'}`);
  }
  const isPlace = ['variable', 'field', 'element'].includes(target.kind);
  const node = target as Parameters<ExpressionCompiler['place']>[0];
  const fixed = isPlace ? undefined : compiler.expression(target);
  const place: Place = isPlace
    ? compiler.place(node)
    : { key: fixed as Code, read: (key) => key, write: () => {} };
  const what = lift2(compiler.regex(pattern), compiler.expression(replacement), (regex, value) => ({
    regex,
    replacement: rt.toText(value),
  }));
  return lift2(what, place.key, (how, key): Value => {
    const before = rt.toText(place.read(key));
    const [after, count] = replaceIn(before, how.regex, how.replacement, isGlobal);
    if (count > 0) place.write(key, after);
    return count;
  });
}
