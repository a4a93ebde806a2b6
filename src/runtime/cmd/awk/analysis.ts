/**
 * What must be known of functions before code is made: which parameters are arrays (through any chain
 * of calls), and which functions may run without waiting.
 */
import type { Expression, FunctionDefinition, Program, Statement } from '#cmd/awk/ast.ts';

/** Calls `visit` on every expression and statement below `node`. */
function walk(node: unknown, visit: (node: Expression | Statement) => void): void {
  if (Array.isArray(node)) {
    for (const item of node) walk(item, visit);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  if ('kind' in node) visit(node as Expression | Statement);
  for (const value of Object.values(node)) walk(value, visit);
}

export interface FunctionFacts {
  /** By parameter: whether it is an array. */
  readonly arrays: boolean[];
  /** No loops, nothing that waits, no recursion. */
  isImmediate: boolean;
}

export class Analysis {
  readonly facts: ReadonlyMap<string, FunctionFacts>;
  /** Global names used as arrays. */
  readonly globalArrays: ReadonlySet<string>;

  constructor(program: Program) {
    const facts = new Map<string, FunctionFacts>();
    for (const [name, definition] of program.functions) {
      facts.set(name, { arrays: definition.parameters.map(() => false), isImmediate: true });
    }
    this.facts = facts;
    const globalArrays = new Set(['ARGV', 'ENVIRON']);
    this.globalArrays = globalArrays;
    const mark = (name: string, scope: FunctionDefinition | undefined): boolean => {
      const index = scope?.parameters.indexOf(name) ?? -1;
      const own = facts.get(scope?.name ?? '');
      if (index >= 0 && own !== undefined) {
        const isNew = own.arrays[index] === false;
        own.arrays[index] = true;
        return isNew;
      }
      const isNew = !globalArrays.has(name);
      globalArrays.add(name);
      return isNew;
    };
    const scopes: [unknown, FunctionDefinition | undefined][] = [
      [program.rules, undefined],
      ...[...program.functions.values()].map(
        (one) => [one.body, one] as [unknown, FunctionDefinition],
      ),
    ];
    for (let changed = true; changed; ) {
      changed = false;
      for (const [body, scope] of scopes) {
        walk(body, (node) => {
          for (const name of arrayNames(node, facts)) changed = mark(name, scope) || changed;
        });
      }
    }
    this.#findImmediate(program, facts);
  }

  #findImmediate(program: Program, facts: Map<string, FunctionFacts>): void {
    const calls = new Map<string, Set<string>>();
    for (const [name, { body }] of program.functions) {
      const called = new Set<string>();
      calls.set(name, called);
      walk(body, (node) => {
        if (node.kind === 'call') called.add(node.name);
        const waits =
          ['while', 'do', 'for', 'forIn', 'getline', 'nextfile'].includes(node.kind) ||
          (node.kind === 'builtin' && ['system', 'close', 'fflush', 'srand'].includes(node.name));
        if (waits) (facts.get(name) as FunctionFacts).isImmediate = false;
      });
    }
    // A function that reaches itself, or one that is not immediate, is not.
    for (let changed = true; changed; ) {
      changed = false;
      for (const [name, called] of calls) {
        for (const other of called) for (const far of calls.get(other) ?? []) called.add(far);
        const own = facts.get(name) as FunctionFacts;
        const fails =
          called.has(name) || [...called].some((other) => facts.get(other)?.isImmediate === false);
        if (own.isImmediate && fails) {
          own.isImmediate = false;
          changed = true;
        }
      }
    }
  }
}

/** Names that `node` itself uses as arrays. */
function arrayNames(
  node: Expression | Statement,
  facts: ReadonlyMap<string, FunctionFacts>,
): string[] {
  switch (node.kind) {
    case 'element':
    case 'in':
    case 'forIn':
    case 'delete':
      return [node.array];
    case 'builtin': {
      const target = node.name === 'split' ? node.args[1] : undefined;
      return target?.kind === 'variable' ? [target.name] : [];
    }
    case 'call':
      return node.args.flatMap((arg, i) =>
        arg.kind === 'variable' && facts.get(node.name)?.arrays[i] === true ? [arg.name] : [],
      );
    default:
      return [];
  }
}
