/**
 * All variables of a shell: the global ones and, innermost last, those of the running functions
 * (dynamic scope) and of `name=value command` prefixes.
 */
import { Discard } from '#cmd/bash/failure.ts';
import { Variable } from '#cmd/bash/state/variable.ts';

/** A variable that the shell computes; assignments go to `set`, or nowhere. */
export interface DynamicVariable {
  readonly get: () => string;
  readonly set?: (value: string) => void;
}

export interface Scope {
  readonly kind: 'global' | 'function' | 'temporary';
  readonly variables: Map<string, Variable>;
}

export class Variables {
  readonly dynamic: Map<string, DynamicVariable> = new Map();
  /** Called after an assignment or unset; undefined value = unset. */
  readonly watchers: Map<string, (value: string | undefined) => void> = new Map();
  readonly #scopes: Scope[] = [{ kind: 'global', variables: new Map() }];

  clone(): Variables {
    const copy = new Variables();
    copy.#scopes.length = 0;
    for (const scope of this.#scopes) {
      const variables = new Map<string, Variable>();
      for (const [name, variable] of scope.variables) variables.set(name, variable.clone());
      copy.#scopes.push({ kind: scope.kind, variables });
    }
    return copy;
  }

  get global(): Map<string, Variable> {
    return (this.#scopes[0] as Scope).variables;
  }

  get depth(): number {
    return this.#scopes.length;
  }

  push(kind: 'function' | 'temporary'): Scope {
    const scope: Scope = { kind, variables: new Map() };
    this.#scopes.push(scope);
    return scope;
  }

  /** A variable of a `name=value command` prefix: exported to that command. */
  temporary(scope: Scope, name: string): Variable {
    const variable = new Variable();
    variable.isExported = true;
    scope.variables.set(name, variable);
    return variable;
  }

  /** Drops the scopes above `depth`. */
  pop(depth: number): void {
    const dropped = this.#scopes.splice(depth);
    for (const scope of dropped) {
      for (const name of scope.variables.keys()) this.#notify(name);
    }
  }

  get functionScope(): Scope | undefined {
    return this.#scopes.findLast((scope) => scope.kind === 'function');
  }

  /** The variable itself, namerefs not followed. */
  findDirect(name: string): Variable | undefined {
    for (let i = this.#scopes.length - 1; i >= 0; i -= 1) {
      const found = (this.#scopes[i] as Scope).variables.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Follows namerefs: the name that `name` stands for, perhaps with a subscript. */
  resolve(name: string): string {
    let at = name;
    for (let hops = 0; hops < 8; hops += 1) {
      const variable = this.findDirect(at);
      if (variable?.isNameref !== true || !variable.value) return at;
      at = variable.value;
    }
    return at;
  }

  find(name: string): Variable | undefined {
    const variable = this.findDirect(name);
    if (variable?.isNameref !== true) return variable;
    const target = this.resolve(name);
    return target === name ? undefined : this.findDirect(target);
  }

  /** `$name`; undefined when unset. */
  get(name: string): string | undefined {
    const dynamic = this.dynamic.get(name);
    if (dynamic !== undefined) return dynamic.get();
    return this.find(name)?.scalar;
  }

  /** The variable to assign to, made in the global scope when there is none. */
  obtain(given: string): Variable {
    const name = this.resolve(given);
    const found = this.findDirect(name);
    if (found !== undefined) return found;
    const made = new Variable();
    this.global.set(name, made);
    return made;
  }

  /** The variable to assign to; throws when it is readonly. */
  writable(name: string): Variable {
    const variable = this.obtain(name);
    if (variable.isReadonly) throw new Discard(`${this.resolve(name)}: readonly variable`);
    return variable;
  }

  /** A plain assignment of text; arithmetic attributes are the caller's business. */
  set(name: string, value: string): void {
    const dynamic = this.dynamic.get(name);
    if (dynamic !== undefined) {
      dynamic.set?.(value);
      return;
    }
    const variable = this.writable(name);
    variable.setScalar(variable.fold(value));
    this.notifyAssigned(name);
  }

  /** Sets a variable in the global scope without any checks: the shell's own. */
  setQuietly(name: string, value: string): void {
    const variable = this.obtain(name);
    variable.setScalar(value);
  }

  setArray(name: string, values: readonly string[]): void {
    const variable = this.writable(name);
    variable.value = undefined;
    variable.associative = undefined;
    variable.indexed = [...values];
  }

  notifyAssigned(name: string): void {
    this.#notify(this.resolve(name));
  }

  #notify(name: string): void {
    const watcher = this.watchers.get(name);
    if (watcher !== undefined) watcher(this.get(name));
  }

  /** Makes `name` local to the running function, unset unless it was given for this call. */
  declareLocal(name: string, inherit: boolean): Variable {
    const scope = this.functionScope;
    if (scope === undefined) return this.obtain(name);
    const existing = scope.variables.get(name);
    if (existing !== undefined) return existing;
    const outer = this.findDirect(name);
    if (outer?.isReadonly === true && this.global.get(name) === outer) {
      throw new Discard(`${name}: readonly variable`);
    }
    const made = inherit && outer !== undefined ? outer.clone() : new Variable();
    if (outer?.isExported === true && !inherit) made.isExported = this.#isTemporary(name);
    if (this.#isTemporary(name) && outer !== undefined) made.value = outer.value;
    scope.variables.set(name, made);
    return made;
  }

  /** `name` was given as `name=value function` for the running call. */
  #isTemporary(name: string): boolean {
    const at = this.#scopes.findLastIndex((scope) => scope.kind === 'function');
    const below = this.#scopes[at - 1];
    return below?.kind === 'temporary' && below.variables.has(name);
  }

  /** False when there is no such variable. Throws for a readonly one. */
  unset(given: string, isNameref = false): boolean {
    const name = isNameref ? given : this.resolve(given);
    this.dynamic.delete(name);
    for (let i = this.#scopes.length - 1; i >= 0; i -= 1) {
      const scope = this.#scopes[i] as Scope;
      const variable = scope.variables.get(name);
      if (variable === undefined) continue;
      if (variable.isReadonly) throw new Discard(`${name}: cannot unset: readonly variable`);
      if (scope.kind === 'function' && i === this.#scopes.length - 1) {
        const empty = new Variable();
        scope.variables.set(name, empty);
      } else {
        scope.variables.delete(name);
      }
      this.#notify(name);
      return true;
    }
    return false;
  }

  /** Names of all visible variables, sorted bytewise. */
  names(): string[] {
    const all = new Set<string>();
    for (const scope of this.#scopes) for (const name of scope.variables.keys()) all.add(name);
    for (const name of this.dynamic.keys()) all.add(name);
    return [...all].sort();
  }

  /** The environment of a program. */
  environment(): Map<string, string> {
    const env = new Map<string, string>();
    for (const scope of this.#scopes) {
      for (const [name, variable] of scope.variables) {
        const value = variable.isArray ? undefined : variable.value;
        if (variable.isExported && value !== undefined) env.set(name, value);
        else env.delete(name);
      }
    }
    return env;
  }
}
