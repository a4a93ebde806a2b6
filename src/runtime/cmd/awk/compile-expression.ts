/** Expressions to closures. */
import type { Analysis } from '#cmd/awk/analysis.ts';
import type { Expression, FunctionDefinition, Lvalue } from '#cmd/awk/ast.ts';
import { compileBuiltin } from '#cmd/awk/builtins.ts';
import { type Code, lift1, lift2, liftAll, pure, waiting } from '#cmd/awk/code.ts';
import { compileGetline } from '#cmd/awk/getline.ts';
import type { AwkArray, AwkRuntime, Frame } from '#cmd/awk/runtime.ts';
import { AwkFatal } from '#cmd/awk/streams.ts';
import { type Value, compareValues, toBoolean, toNumber } from '#cmd/awk/value.ts';
import type { Regex } from '#lib/libc/regex.ts';

/** A place to assign to: `key` is the subscript or field number, evaluated once. */
export interface Place {
  readonly key: Code;
  read(key: Value): Value;
  write(key: Value, value: Value): void;
}

/** A function's code, filled in after all were seen. */
export interface CompiledFunction {
  readonly definition: FunctionDefinition;
  readonly isImmediate: boolean;
  readonly arrays: readonly boolean[];
  body: Code<number> | undefined;
}

const NOTHING: Code = pure(() => undefined);

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => {
    if (b === 0) throw new AwkFatal('division by zero');
    return a / b;
  },
  '%': (a, b) => {
    if (b === 0) throw new AwkFatal('division by zero in %');
    return a % b;
  },
  '^': (a, b) => a ** b,
};

const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '==': (order) => order === 0,
  '!=': (order) => order !== 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

export class ExpressionCompiler {
  readonly rt: AwkRuntime;
  readonly analysis: Analysis;
  readonly functions: ReadonlyMap<string, CompiledFunction>;
  /** The function whose body is compiled. */
  scope: FunctionDefinition | undefined;

  constructor(
    rt: AwkRuntime,
    analysis: Analysis,
    functions: ReadonlyMap<string, CompiledFunction>,
  ) {
    this.rt = rt;
    this.analysis = analysis;
    this.functions = functions;
  }

  expression(node: Expression): Code {
    const { rt } = this;
    switch (node.kind) {
      case 'number':
      case 'string': {
        const { value } = node;
        return pure(() => value);
      }
      case 'regex': {
        const regex = rt.regex(node.source);
        return pure(() => (regex.test(rt.record.text) ? 1 : 0));
      }
      case 'group':
        return this.expression(node.body);
      case 'variable':
      case 'field':
      case 'element':
        return this.read(node);
      case 'unary':
        return this.#unary(node.operator, this.expression(node.operand));
      case 'binary':
        return this.#binary(node.operator, this.expression(node.left), this.expression(node.right));
      case 'and':
      case 'or':
        return this.#shortCircuit(node.kind, node.left, node.right);
      case 'conditional':
        return this.#conditional(node);
      case 'match':
        return this.#match(node);
      case 'in': {
        const array = this.array(node.array);
        return lift1(this.subscript(node.subscripts), (key) => (array().has(key) ? 1 : 0));
      }
      case 'assign':
        return this.#assign(node.target, node.operator, this.expression(node.value));
      case 'step':
        return this.#step(node.target, node.by, node.isPrefix);
      case 'call':
        return this.#call(node.name, node.args);
      case 'builtin':
        return compileBuiltin(this, node.name, node.args);
      case 'getline':
        return compileGetline(this, node);
    }
  }

  /** How to reach an array: a global one or a parameter. */
  array(name: string): () => AwkArray {
    const index = this.scope?.parameters.indexOf(name) ?? -1;
    if (index < 0) {
      const array = this.rt.array(name);
      return () => array;
    }
    return () => {
      const { frame } = this.rt;
      let array = frame[index];
      if (!(array instanceof Map)) {
        array = new Map<string, Value>();
        frame[index] = array;
      }
      return array;
    };
  }

  /** Subscripts joined by SUBSEP. */
  subscript(nodes: readonly Expression[]): Code<string> {
    const { rt } = this;
    const subsep = rt.slot('SUBSEP');
    const [only] = nodes;
    if (nodes.length === 1 && only !== undefined) {
      return lift1(this.expression(only), (value) => rt.toText(value));
    }
    return liftAll(
      nodes.map((node) => this.expression(node)),
      (values) => values.map((value) => rt.toText(value)).join(rt.text(subsep)),
    );
  }

  place(node: Lvalue): Place {
    const { rt } = this;
    if (node.kind === 'element') {
      const array = this.array(node.array);
      return {
        key: this.subscript(node.subscripts),
        read: (key) => {
          const map = array();
          if (!map.has(key as string)) map.set(key as string, undefined);
          return map.get(key as string);
        },
        write: (key, value) => void array().set(key as string, value),
      };
    }
    if (node.kind === 'field') {
      return {
        key: lift1(this.expression(node.index), fieldIndex),
        read: (key) => rt.record.get(key as number),
        write: (key, value) => {
          if (key === 0) rt.setRecord(rt.toText(value));
          else rt.record.setField(key as number, value);
        },
      };
    }
    return this.#variable(node.name);
  }

  #variable(name: string): Place {
    const { rt } = this;
    const index = this.scope?.parameters.indexOf(name) ?? -1;
    if (index >= 0) {
      return {
        key: NOTHING,
        read: () => rt.frame[index] as Value,
        write: (_, value) => void (rt.frame[index] = value),
      };
    }
    if (name === 'NF') {
      return {
        key: NOTHING,
        read: () => rt.record.count,
        write: (_, value) => void (rt.record.count = Math.trunc(toNumber(value))),
      };
    }
    const { globals } = rt;
    const slot = rt.slot(name);
    return {
      key: NOTHING,
      read: () => globals[slot],
      write: (_, value) => void (globals[slot] = value),
    };
  }

  read(node: Lvalue): Code {
    const { rt } = this;
    if (node.kind === 'field' && node.index.kind === 'number') {
      const index = fieldIndex(node.index.value);
      return pure(() => rt.record.get(index));
    }
    const place = this.place(node);
    return place.key === NOTHING
      ? pure(() => place.read(undefined))
      : lift1(place.key, (key) => place.read(key));
  }

  #unary(operator: '-' | '+' | '!', operand: Code): Code {
    if (operator === '!') return lift1(operand, (value) => (toBoolean(value) ? 0 : 1));
    return operator === '-'
      ? lift1(operand, (value) => -toNumber(value))
      : lift1(operand, (value) => toNumber(value));
  }

  #binary(operator: string, left: Code, right: Code): Code {
    const { rt } = this;
    if (operator === ' ') return lift2(left, right, (a, b) => rt.toText(a) + rt.toText(b));
    const holds = COMPARISONS[operator];
    if (holds !== undefined) {
      return lift2(left, right, (a, b) => {
        if (typeof a === 'number' && typeof b === 'number') {
          return holds(a < b ? -1 : a > b ? 1 : 0) ? 1 : 0;
        }
        return holds(compareValues(a, b, rt.convfmt)) ? 1 : 0;
      });
    }
    const compute = ARITHMETIC[operator] as (a: number, b: number) => number;
    return lift2(left, right, (a, b) => compute(toNumber(a), toNumber(b)));
  }

  #shortCircuit(kind: 'and' | 'or', leftNode: Expression, rightNode: Expression): Code {
    const left = this.expression(leftNode);
    const right = this.expression(rightNode);
    const stopsAt = kind === 'or';
    const { sync: first } = left;
    const { sync: second } = right;
    if (first !== undefined && second !== undefined) {
      return kind === 'or'
        ? pure(() => (toBoolean(first()) || toBoolean(second()) ? 1 : 0))
        : pure(() => (toBoolean(first()) && toBoolean(second()) ? 1 : 0));
    }
    return waiting(function* run() {
      const value = toBoolean(yield* left.run());
      if (value === stopsAt) return value ? 1 : 0;
      return toBoolean(yield* right.run()) ? 1 : 0;
    });
  }

  #conditional(node: Extract<Expression, { kind: 'conditional' }>): Code {
    const [test, yes, no] = [node.test, node.yes, node.no].map((one) => this.expression(one)) as [
      Code,
      Code,
      Code,
    ];
    const [check, first, second] = [test.sync, yes.sync, no.sync];
    if (check !== undefined && first !== undefined && second !== undefined) {
      return pure(() => (toBoolean(check()) ? first() : second()));
    }
    return waiting(function* run() {
      return toBoolean(yield* test.run()) ? yield* yes.run() : yield* no.run();
    });
  }

  /** A regular expression operand: a literal, or any value's text. */
  regex(node: Expression): Code<Regex> {
    const { rt } = this;
    if (node.kind === 'regex') {
      const regex = rt.regex(node.source);
      return pure(() => regex);
    }
    return lift1(this.expression(node), (value) => rt.regex(rt.toText(value)));
  }

  #match(node: Extract<Expression, { kind: 'match' }>): Code {
    const { rt } = this;
    const { negated } = node;
    return lift2(this.expression(node.left), this.regex(node.right), (value, regex) =>
      regex.test(rt.toText(value)) !== negated ? 1 : 0,
    );
  }

  #assign(target: Lvalue, operator: string, value: Code): Code {
    const place = this.place(target);
    const compute = operator === '' ? undefined : ARITHMETIC[operator];
    return lift2(place.key, value, (key, operand) => {
      const result =
        compute === undefined ? operand : compute(toNumber(place.read(key)), toNumber(operand));
      place.write(key, result);
      return result;
    });
  }

  #step(target: Lvalue, by: 1 | -1, isPrefix: boolean): Code {
    const place = this.place(target);
    return lift1(place.key, (key) => {
      const before = toNumber(place.read(key));
      place.write(key, before + by);
      return isPrefix ? before + by : before;
    });
  }

  #call(name: string, args: readonly Expression[]): Code {
    const called = this.functions.get(name);
    if (called === undefined) throw new AwkFatal(`calling undefined function ${name}`);
    const { definition, arrays, isImmediate } = called;
    if (args.length > definition.parameters.length) {
      throw new AwkFatal(`function ${name} called with ${args.length} args`);
    }
    const { rt } = this;
    const codes = args.map((arg, i): Code<Value | AwkArray> => {
      if (arrays[i] !== true || arg.kind !== 'variable') return this.expression(arg);
      const array = this.array(arg.name);
      return pure(() => array());
    });
    const size = definition.parameters.length;
    const makeFrame = (values: (Value | AwkArray)[]): Frame => {
      values.length = size;
      return values;
    };
    const prepared = liftAll(codes, makeFrame);
    const finish = (): Value => {
      const value = rt.returnValue;
      rt.returnValue = undefined;
      return value;
    };
    if (isImmediate && prepared.sync !== undefined) {
      const frames = prepared.sync;
      return pure(() => {
        const saved = rt.frame;
        rt.frame = frames();
        ((called.body as Code<number>).sync as () => number)();
        rt.frame = saved;
        return finish();
      });
    }
    return waiting(function* run() {
      const frame = yield* prepared.run();
      const saved = rt.frame;
      rt.frame = frame;
      yield* (called.body as Code<number>).run();
      rt.frame = saved;
      yield* rt.sys.preempt(8);
      return finish();
    });
  }
}

function fieldIndex(value: Value): number {
  const index = Math.trunc(toNumber(value));
  if (index < 0) throw new AwkFatal(`trying to access out of range field ${index}`);
  return index;
}
