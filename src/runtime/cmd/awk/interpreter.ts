/** Compiles a whole program and runs it: BEGIN, the records, END. */
import type { Task } from '#kernel/syscall/sys.ts';
import { Analysis } from '#cmd/awk/analysis.ts';
import type { Program, Rule } from '#cmd/awk/ast.ts';
import { type Code, pure, waiting } from '#cmd/awk/code.ts';
import type { CompiledFunction } from '#cmd/awk/compile-expression.ts';
import { EXIT, NEXT, NORMAL, StatementCompiler } from '#cmd/awk/compile-statement.ts';
import type { AwkRuntime } from '#cmd/awk/runtime.ts';
import { toBoolean } from '#cmd/awk/value.ts';

export class Interpreter {
  readonly #rt: AwkRuntime;
  readonly #compiler: StatementCompiler;
  readonly #begin: Code<number>[];
  readonly #end: Code<number>[];
  readonly #main: Code<number>[];

  constructor(program: Program, rt: AwkRuntime) {
    this.#rt = rt;
    const analysis = new Analysis(program);
    const functions = new Map<string, CompiledFunction>();
    for (const [name, definition] of program.functions) {
      const { arrays, isImmediate } = analysis.facts.get(name) as {
        arrays: boolean[];
        isImmediate: boolean;
      };
      functions.set(name, { definition, arrays, isImmediate, body: undefined });
    }
    this.#compiler = new StatementCompiler(rt, analysis, functions);
    for (const compiled of functions.values()) {
      this.#compiler.scope = compiled.definition;
      compiled.body = this.#compiler.statement(compiled.definition.body);
    }
    this.#compiler.scope = undefined;
    const of = (kind: string): Code<number>[] =>
      program.rules
        .filter(({ pattern }) => (pattern.kind === kind) === true)
        .map((rule) => this.#action(rule));
    this.#begin = of('begin');
    this.#end = of('end');
    this.#main = program.rules
      .filter(({ pattern }) => pattern.kind !== 'begin' && pattern.kind !== 'end')
      .map((rule) => this.#rule(rule));
  }

  #action(rule: Rule): Code<number> {
    if (rule.action !== undefined) return this.#compiler.statement(rule.action);
    const rt = this.#rt;
    const ors = rt.slot('ORS');
    return pure(() => {
      rt.streams.print(rt.record.text + rt.text(ors));
      return NORMAL;
    });
  }

  #rule(rule: Rule): Code<number> {
    const action = this.#action(rule);
    const { pattern } = rule;
    if (pattern.kind === 'range') return this.#range(rule, action);
    if (pattern.kind !== 'expression') return action;
    const test = this.#compiler.expression(pattern.test);
    const [check, act] = [test.sync, action.sync];
    if (check !== undefined && act !== undefined) {
      return pure(() => (toBoolean(check()) ? act() : NORMAL));
    }
    return waiting(function* run() {
      return toBoolean(yield* test.run()) ? yield* action.run() : NORMAL;
    });
  }

  #range(rule: Rule, action: Code<number>): Code<number> {
    const { pattern } = rule;
    if (pattern.kind !== 'range') return action;
    const from = this.#compiler.expression(pattern.from);
    const to = this.#compiler.expression(pattern.to);
    let isActive = false;
    return waiting(function* run() {
      if (!isActive && !toBoolean(yield* from.run())) return NORMAL;
      isActive = !toBoolean(yield* to.run());
      return yield* action.run();
    });
  }

  *#runAll(codes: readonly Code<number>[]): Task<number> {
    for (const code of codes) {
      const signal = code.sync === undefined ? yield* code.run() : code.sync();
      if (signal !== NORMAL) return signal;
    }
    return NORMAL;
  }

  /** Runs to the end; the exit status is in the runtime. */
  *run(): Task<void> {
    const rt = this.#rt;
    let signal = yield* this.#runAll(this.#begin);
    const reads = this.#main.length > 0 || this.#end.length > 0;
    if (signal !== EXIT && reads) signal = yield* this.#records();
    if (this.#end.length > 0 && reads) yield* this.#runAll(this.#end);
    yield* rt.streams.closeAll();
  }

  *#records(): Task<number> {
    const rt = this.#rt;
    const { streams, sys } = rt;
    const main = this.#main;
    const syncs = main.map((code) => code.sync);
    const isQuick = syncs.every((sync) => sync !== undefined);
    for (let count = 1; !streams.isBroken; count += 1) {
      let record = rt.takeRecord();
      if (record === undefined) {
        yield* streams.flush(false);
        record = yield* rt.nextRecord();
        if (record === undefined) return NORMAL;
      }
      rt.countRecord();
      rt.setRecord(record);
      let signal = NORMAL;
      if (isQuick) {
        for (const sync of syncs) {
          signal = (sync as () => number)();
          if (signal !== NORMAL) break;
        }
      } else signal = yield* this.#runAll(main);
      if (signal === EXIT) return EXIT;
      if (signal !== NORMAL && signal !== NEXT) signal = NORMAL;
      if (count % 128 === 0) yield* sys.preempt(2048);
      if (streams.isFull) yield* streams.flush(false);
    }
    return NORMAL;
  }
}
