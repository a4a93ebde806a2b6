/** find's expression: `( ) ! -a -o` and the predicates. Messages are illumos's. @man find(1) */
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { ExecAction, listAction, printAction } from '#cmd/find/actions.ts';
import { type Predicate, both, either, not, simple } from '#cmd/find/expression.ts';
import { type FindContext, FindError } from '#cmd/find/context.ts';
import { compileTest } from '#cmd/find/tests.ts';
import { utf8ToLatin1 } from '#base/bytes.ts';
import { RegexError, compileRegex } from '#lib/libc/regex.ts';

/** Genuine predicates that are not built. */
const ABSENT = ['-acl', '-cpio', '-ncpio', '-xattr', '-sysattr', '-anewer', '-cnewer', '-newerXY'];

export class FindParser {
  readonly #context: FindContext;
  readonly #words: readonly string[];
  #at = 0;

  constructor(context: FindContext, words: readonly string[]) {
    this.#context = context;
    this.#words = words;
  }

  *parse(): Task<Predicate> {
    if (this.#words.length === 0) return simple(() => true);
    const predicate = yield* this.#or();
    if (this.#at < this.#words.length) throw new FindError(`bad option ${this.#words[this.#at]}`);
    return predicate;
  }

  *#or(): Task<Predicate> {
    let left = yield* this.#and();
    while (this.#words[this.#at] === '-o' || this.#words[this.#at] === '-or') {
      this.#at += 1;
      left = either(left, yield* this.#and());
    }
    return left;
  }

  *#and(): Task<Predicate> {
    let left = yield* this.#not();
    for (;;) {
      const word = this.#words[this.#at];
      if (word === undefined || word === ')' || word === '-o' || word === '-or') return left;
      if (word === '-a' || word === '-and') this.#at += 1;
      left = both(left, yield* this.#not());
    }
  }

  *#not(): Task<Predicate> {
    const word = this.#words[this.#at];
    if (word === undefined) throw new FindError('operand follows operand');
    this.#at += 1;
    if (word === '!' || word === '-not') return not(yield* this.#not());
    if (word !== '(') return yield* this.#primary(word);
    const inner = yield* this.#or();
    if (this.#words[this.#at] !== ')') throw new FindError('parenthesis imbalance');
    this.#at += 1;
    return inner;
  }

  #argument(option: string): string {
    const word = this.#words[this.#at];
    if (word === undefined) throw new FindError(`incomplete statement`);
    this.#at += 1;
    void option;
    return word;
  }

  *#primary(option: string): Task<Predicate> {
    const { settings } = this.#context;
    switch (option) {
      case '-print':
      case '-print0':
        settings.hasAction = true;
        return printAction(this.#context.io, option === '-print' ? '\n' : '\0');
      case '-ls':
        settings.hasAction = true;
        return listAction(this.#context);
      case '-prune':
        return simple((visit) => {
          visit.pruned = true;
          return true;
        });
      case '-depth':
        settings.depthFirst = true;
        return simple(() => true);
      case '-mount':
      case '-xdev':
        settings.oneFilesystem = true;
        return simple(() => true);
      case '-follow':
        settings.follow = 'all';
        return simple(() => true);
      case '-maxdepth':
      case '-mindepth':
        return this.#depthLimit(option);
      case '-exec':
      case '-ok':
        settings.hasAction = true;
        return this.#exec(option === '-ok');
      case '-delete':
        settings.hasAction = true;
        settings.depthFirst = true;
        return deletion(this.#context);
      case '-regex':
      case '-iregex':
        return this.#regex(this.#argument(option), option === '-iregex');
      case '-newer':
        return yield* this.#newer(this.#argument(option));
      default:
        return yield* this.#test(option);
    }
  }

  #depthLimit(option: string): Predicate {
    const text = this.#argument(option);
    if (!/^\d+$/.test(text)) throw new FindError(`${option}: value must be an unsigned integer`);
    if (option === '-maxdepth') this.#context.settings.maxDepth = Number(text);
    else this.#context.settings.minDepth = Number(text);
    return simple(() => true);
  }

  *#test(option: string): Task<Predicate> {
    const needsNone = ['-empty', '-nouser', '-nogroup', '-local', '-true', '-false'];
    const argument = needsNone.includes(option) ? '' : undefined;
    const predicate = yield* compileTest(
      this.#context,
      option,
      () => argument ?? this.#argument(option),
    );
    if (predicate !== undefined) return predicate;
    if (ABSENT.includes(option)) throw new FindError(`${option}: not supported yet`, true);
    throw new FindError(`bad option ${option}`);
  }

  #regex(pattern: string, ignoreCase: boolean): Predicate {
    const regex = compileRegex(utf8ToLatin1(pattern), {
      syntax: this.#context.extended ? 'extended' : 'basic',
      ignoreCase,
    });
    if (regex instanceof RegexError) throw new FindError(`${pattern}: ${regex.message}`);
    return simple(({ path }) => {
      const text = utf8ToLatin1(path);
      const span = regex.find(text);
      return span !== undefined && span[0] === 0 && span[1] === text.length;
    });
  }

  *#newer(path: string): Task<Predicate> {
    const { sys, settings } = this.#context;
    const stat = settings.follow === 'none' ? yield* sys.lstat(path) : yield* sys.stat(path);
    if (isErrno(stat)) throw new FindError(`cannot access ${path}`);
    return simple((visit) => visit.stat.mtimeNs > stat.mtimeNs);
  }

  #exec(asks: boolean): Predicate {
    const end = this.#words.findIndex(
      (word, i) => i >= this.#at && (word === ';' || (word === '+' && this.#words[i - 1] === '{}')),
    );
    if (end < 0 || end === this.#at) throw new FindError('incomplete statement');
    const argv = this.#words.slice(this.#at, end);
    const isBatch = this.#words[end] === '+' && !asks;
    this.#at = end + 1;
    const action = new ExecAction(this.#context, argv, isBatch, asks);
    if (isBatch) this.#context.batches.push(action);
    return (visit) => action.visit(visit);
  }
}

function deletion({ io, sys }: FindContext): Predicate {
  return function* evaluate({ path, name, stat }) {
    if (name === '.' || name === '..') return true;
    const result = stat.type === 'VDIR' ? yield* sys.rmdir(path) : yield* sys.unlink(path);
    if (!isErrno(result)) return true;
    yield* io.warn(`cannot delete ${path}: ${result.message}`);
    return false;
  };
}
