/**
 * Statements to closures. A statement answers how it ended. Loops always wait now and then, so that a
 * program that never ends does not stop the machine.
 */
import type { Expression, Statement } from '#cmd/awk/ast.ts';
import { type Code, lift1, lift2, liftAll, pure, waiting } from '#cmd/awk/code.ts';
import { ExpressionCompiler } from '#cmd/awk/compile-expression.ts';
import { toBoolean, toNumber, numberToString, sprintf, type Value } from '#cmd/awk/value.ts';
import type { Task } from '#kernel/syscall/sys.ts';

export const NORMAL = 0;
export const BREAK = 1;
export const CONTINUE = 2;
export const NEXT = 3;
export const EXIT = 4;
export const RETURN = 5;

/** How often a loop without waiting lets others run. */
const LOOP_CHECK = 512;

export class StatementCompiler extends ExpressionCompiler {
  statement(node: Statement): Code<number> {
    switch (node.kind) {
      case 'block':
        return this.#block(node.body);
      case 'expression':
        return lift1(this.expression(node.body), () => NORMAL);
      case 'print':
      case 'printf':
        return this.#print(node);
      case 'if':
        return this.#if(node);
      case 'while':
        return this.#loop(node.test, node.body, undefined, false);
      case 'do':
        return this.#loop(node.test, node.body, undefined, true);
      case 'for':
        return this.#for(node);
      case 'forIn':
        return this.#forIn(node);
      case 'break':
        return pure(() => BREAK);
      case 'continue':
        return pure(() => CONTINUE);
      case 'next':
        return pure(() => NEXT);
      case 'nextfile':
        return this.#nextFile();
      case 'exit':
      case 'return':
        return this.#leave(node.kind, node.value);
      case 'delete':
        return this.#delete(node);
    }
  }

  #block(nodes: readonly Statement[]): Code<number> {
    const codes = nodes.map((node) => this.statement(node));
    const [only] = codes;
    if (codes.length === 1 && only !== undefined) return only;
    const syncs = codes.map((code) => code.sync);
    if (syncs.every((sync) => sync !== undefined)) {
      return pure(() => {
        for (const sync of syncs) {
          const signal = (sync as () => number)();
          if (signal !== NORMAL) return signal;
        }
        return NORMAL;
      });
    }
    return waiting(function* run() {
      for (const code of codes) {
        const signal = code.sync === undefined ? yield* code.run() : code.sync();
        if (signal !== NORMAL) return signal;
      }
      return NORMAL;
    });
  }

  #if(node: Extract<Statement, { kind: 'if' }>): Code<number> {
    const test = this.expression(node.test);
    const yes = this.statement(node.yes);
    const no = node.no === undefined ? pure(() => NORMAL) : this.statement(node.no);
    const [check, first, second] = [test.sync, yes.sync, no.sync];
    if (check !== undefined && first !== undefined && second !== undefined) {
      return pure(() => (toBoolean(check()) ? first() : second()));
    }
    return waiting(function* run() {
      return toBoolean(yield* test.run()) ? yield* yes.run() : yield* no.run();
    });
  }

  #for(node: Extract<Statement, { kind: 'for' }>): Code<number> {
    const start = node.start === undefined ? undefined : this.statement(node.start);
    const loop = this.#loop(node.test, node.body, node.step, false);
    return waiting(function* run() {
      if (start !== undefined) yield* start.run();
      return yield* loop.run();
    });
  }

  #loop(
    testNode: Expression | undefined,
    bodyNode: Statement,
    stepNode: Statement | undefined,
    testsLast: boolean,
  ): Code<number> {
    const { sys } = this.rt;
    const test = testNode === undefined ? pure<Value>(() => 1) : this.expression(testNode);
    const body = this.statement(bodyNode);
    const step = stepNode === undefined ? pure(() => NORMAL) : this.statement(stepNode);
    const once = function* once(): Task<number> {
      const signal = body.sync === undefined ? yield* body.run() : body.sync();
      if (signal === NORMAL || signal === CONTINUE) {
        if (step.sync === undefined) yield* step.run();
        else step.sync();
        return NORMAL;
      }
      return signal;
    };
    const holds = function* holds(): Task<boolean> {
      return toBoolean(test.sync === undefined ? yield* test.run() : test.sync());
    };
    const [check, act, advance] = [test.sync, body.sync, step.sync];
    const isQuick = check !== undefined && act !== undefined && advance !== undefined;
    return waiting(function* run() {
      let skipsTest = testsLast;
      for (let turns = 1; ; turns += 1) {
        if (isQuick) {
          if (!skipsTest && !toBoolean(check())) return NORMAL;
          const signal = act();
          if (signal === BREAK) return NORMAL;
          if (signal > CONTINUE) return signal;
          advance();
        } else {
          if (!skipsTest && !(yield* holds())) return NORMAL;
          const signal = yield* once();
          if (signal === BREAK) return NORMAL;
          if (signal !== NORMAL) return signal;
        }
        skipsTest = false;
        if (turns % LOOP_CHECK === 0) yield* sys.preempt(LOOP_CHECK * 4);
      }
    });
  }

  #forIn(node: Extract<Statement, { kind: 'forIn' }>): Code<number> {
    const { sys, streams } = this.rt;
    const array = this.array(node.array);
    const place = this.place(node.variable);
    const body = this.statement(node.body);
    return waiting(function* run() {
      let turns = 0;
      // The body may delete elements: the keys are those of the beginning.
      const keys = Array.from(array().keys());
      for (const key of keys) {
        place.write(undefined, key);
        const signal = body.sync === undefined ? yield* body.run() : body.sync();
        if (signal === BREAK) return NORMAL;
        if (signal > CONTINUE) return signal;
        turns += 1;
        if (turns % LOOP_CHECK !== 0) continue;
        yield* sys.preempt(LOOP_CHECK * 4);
        if (streams.isFull) yield* streams.flush(false);
      }
      return NORMAL;
    });
  }

  #nextFile(): Code<number> {
    const { rt } = this;
    return waiting(function* run() {
      yield* rt.skipFile();
      return NEXT;
    });
  }

  #leave(kind: 'exit' | 'return', node: Expression | undefined): Code<number> {
    const { rt } = this;
    if (kind === 'return') {
      const value = node === undefined ? pure<Value>(() => undefined) : this.expression(node);
      return lift1(value, (result) => {
        rt.returnValue = result;
        return RETURN;
      });
    }
    if (node === undefined) return pure(() => EXIT);
    return lift1(this.expression(node), (value) => {
      rt.exitStatus = Math.trunc(toNumber(value)) & 255;
      return EXIT;
    });
  }

  #delete(node: Extract<Statement, { kind: 'delete' }>): Code<number> {
    const array = this.array(node.array);
    if (node.subscripts === undefined) {
      return pure(() => {
        array().clear();
        return NORMAL;
      });
    }
    return lift1(this.subscript(node.subscripts), (key) => {
      array().delete(key);
      return NORMAL;
    });
  }

  #print(node: Extract<Statement, { kind: 'print' | 'printf' }>): Code<number> {
    const { rt } = this;
    const [ofs, ors, ofmt] = [rt.slot('OFS'), rt.slot('ORS'), rt.slot('OFMT')];
    const shown = (value: Value): string =>
      typeof value === 'number' ? numberToString(value, rt.text(ofmt)) : rt.toText(value);
    const text = liftAll(
      node.args.map((arg) => this.expression(arg)),
      (values) => {
        if (node.kind === 'print') return values.map(shown).join(rt.text(ofs)) + rt.text(ors);
        return sprintf(rt.toText(values[0]), values.slice(1), rt.convfmt);
      },
    );
    const { redirect, destination } = node;
    if (redirect === '' || destination === undefined) {
      return lift1(text, (line) => {
        rt.streams.print(line);
        return NORMAL;
      });
    }
    return lift2(text, this.expression(destination), (line, name) => {
      rt.streams.printTo(redirect, rt.toText(name), line);
      return NORMAL;
    });
  }
}
