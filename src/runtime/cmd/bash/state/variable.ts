/**
 * One shell variable: scalar, indexed array (sparse) or associative array, with its attributes.
 * @man bash(1) PARAMETERS
 */

/** FNV-1 over the bytes, as bash hashes the keys of associative arrays. */
function hashKey(key: string): number {
  let hash = 2166136261;
  for (let i = 0; i < key.length; i += 1) {
    hash = Math.imul(hash, 16777619);
    hash ^= key.charCodeAt(i);
  }
  return hash >>> 0;
}

/** Buckets of an associative array; it grows fourfold when twice as many keys are in it. */
const ASSOC_HASH_BUCKETS = 1024;

export class Variable {
  /** Of a scalar; undefined = declared but unset. */
  value: string | undefined;
  indexed: (string | undefined)[] | undefined;
  associative: Map<string, string> | undefined;
  isExported = false;
  isReadonly = false;
  isInteger = false;
  isNameref = false;
  isTraced = false;
  /** An array that was given a value, perhaps an empty one. */
  isAssigned = false;
  /** Case that values are folded to (declare -l, -u, -c). */
  folding: 'lower' | 'upper' | 'capital' | undefined;

  constructor(value?: string) {
    this.value = value;
  }

  clone(): Variable {
    const copy = Object.assign(new Variable(), this);
    copy.indexed = this.indexed?.slice();
    copy.associative = this.associative && new Map(this.associative);
    return copy;
  }

  get isArray(): boolean {
    return this.indexed !== undefined || this.associative !== undefined;
  }

  /** `$x`: of an array, element 0. */
  get scalar(): string | undefined {
    if (this.indexed !== undefined) return this.indexed[0];
    if (this.associative !== undefined) return this.associative.get('0');
    return this.value;
  }

  get isSet(): boolean {
    if (this.indexed !== undefined) return this.indexed.length > 0;
    if (this.associative !== undefined) return this.associative.size > 0;
    return this.value !== undefined;
  }

  /** Elements in bash's order with their keys; a scalar is an array of one. */
  entries(): [key: string, value: string][] {
    if (this.associative !== undefined) {
      return this.#orderedKeys(this.associative).map((key) => [
        key,
        this.associative?.get(key) ?? '',
      ]);
    }
    if (this.indexed === undefined) return this.value === undefined ? [] : [['0', this.value]];
    const found: [string, string][] = [];
    this.indexed.forEach((value, index) => {
      if (value !== undefined) found.push([String(index), value]);
    });
    return found;
  }

  values(): string[] {
    return this.entries().map(([, value]) => value);
  }

  #orderedKeys(map: ReadonlyMap<string, string>): string[] {
    let buckets = ASSOC_HASH_BUCKETS;
    while (map.size >= buckets * 2) buckets *= 4;
    const keys = [...map.keys()].reverse();
    const place = new Map(keys.map((key) => [key, hashKey(key) % buckets]));
    return keys.sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
  }

  /** Applies `-l`, `-u`, `-c`. */
  fold(value: string): string {
    if (this.folding === undefined) return value;
    if (this.folding === 'lower') return value.toLowerCase();
    if (this.folding === 'upper') return value.toUpperCase();
    return value.charAt(0).toUpperCase() + value.slice(1).toLowerCase();
  }

  /** Makes it an indexed array, keeping a scalar as element 0. */
  makeIndexed(): (string | undefined)[] {
    this.indexed ??= this.value === undefined ? [] : [this.value];
    this.value = undefined;
    return this.indexed;
  }

  makeAssociative(): Map<string, string> {
    this.associative ??= new Map(this.value === undefined ? [] : [['0', this.value]]);
    this.value = undefined;
    return this.associative;
  }

  setScalar(value: string): void {
    if (this.indexed !== undefined) this.indexed[0] = value;
    else if (this.associative !== undefined) this.associative.set('0', value);
    else this.value = value;
  }

  /** `declare`'s letters, `-` for none. */
  attributes(): string {
    let letters = '';
    if (this.indexed !== undefined) letters += 'a';
    if (this.associative !== undefined) letters += 'A';
    if (this.isInteger) letters += 'i';
    if (this.isNameref) letters += 'n';
    if (this.isReadonly) letters += 'r';
    if (this.isTraced) letters += 't';
    if (this.isExported) letters += 'x';
    if (this.folding === 'capital') letters += 'c';
    if (this.folding === 'lower') letters += 'l';
    if (this.folding === 'upper') letters += 'u';
    return letters;
  }
}
