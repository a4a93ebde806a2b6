/**
 * Statically defined probes. A subsystem declares its probes once (`defineProbes`), and each node
 * makes its own from the declaration (`registry.provide`): two nodes in one process have nothing in
 * common. A disabled probe costs one field read: `if (probes.send.enabled) probes.send.fire(…)`.
 * @man dtrace_sdt(7)
 */

/** What a probe hands to its listeners, as C type names for DTrace. */
export type ProbeArgumentTypes = readonly string[];

/** Argument types of one probe: `args('pktinfo_t *', 'int')`. */
export function args(...types: string[]): ProbeArgumentTypes {
  return types;
}

/** The probes of one provider, as declared; immutable. */
export interface ProbeDeclarations<Name extends string> {
  readonly provider: string;
  readonly probes: Readonly<Record<Name, ProbeArgumentTypes>>;
}

export function defineProbes<Name extends string>(
  provider: string,
  probes: Readonly<Record<Name, ProbeArgumentTypes>>,
): ProbeDeclarations<Name> {
  return { provider, probes };
}

export type ProbeListener = (probe: Probe, args: readonly unknown[]) => void;

/** One probe point of one node. */
export class Probe {
  /** Kept equal to "someone listens"; the only thing a disabled probe point reads. */
  enabled = false;
  readonly provider: string;
  readonly module: string;
  readonly functionName: string;
  readonly name: string;
  readonly argumentTypes: ProbeArgumentTypes;
  readonly #listeners = new Set<ProbeListener>();

  constructor(
    provider: string,
    module: string,
    functionName: string,
    name: string,
    argumentTypes: ProbeArgumentTypes,
  ) {
    this.provider = provider;
    this.module = module;
    this.functionName = functionName;
    this.name = name;
    this.argumentTypes = argumentTypes;
  }

  /** Call only when `enabled`. Arguments are borrowed until return. */
  fire(...values: readonly unknown[]): void {
    for (const listener of this.#listeners) listener(this, values);
  }

  listen(listener: ProbeListener): void {
    this.#listeners.add(listener);
    this.enabled = true;
  }

  unlisten(listener: ProbeListener): void {
    this.#listeners.delete(listener);
    this.enabled = this.#listeners.size > 0;
  }
}

/** All probes of one node. */
export class ProbeRegistry {
  readonly #probes: Probe[] = [];

  /** In order of creation; the index is the probe's id less one. */
  get probes(): readonly Probe[] {
    return this.#probes;
  }

  /** The node's own probes for a declaration; `stateChange` gets the name `state-change`. */
  provide<Name extends string>(
    declarations: ProbeDeclarations<Name>,
    module = 'genunix',
  ): Readonly<Record<Name, Probe>> {
    const made: Partial<Record<Name, Probe>> = {};
    for (const key of Object.keys(declarations.probes) as Name[]) {
      const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      made[key] = this.add(declarations.provider, module, '', name, declarations.probes[key]);
    }
    return made as Record<Name, Probe>;
  }

  add(
    provider: string,
    module: string,
    functionName: string,
    name: string,
    argumentTypes: ProbeArgumentTypes,
  ): Probe {
    const probe = new Probe(provider, module, functionName, name, argumentTypes);
    this.#probes.push(probe);
    return probe;
  }
}
