/** Code lengths for given frequencies, none longer than a limit, and the codes for lengths. */

/** A length for every symbol that occurs; at least two symbols get one, as decoders like it. */
export function codeLengths(frequencies: ArrayLike<number>, limit: number): Uint8Array {
  const lengths = new Uint8Array(frequencies.length);
  let symbols: { symbol: number; weight: number }[] = [];
  for (let i = 0; i < frequencies.length; i += 1) {
    if ((frequencies[i] as number) > 0)
      symbols.push({ symbol: i, weight: frequencies[i] as number });
  }
  for (let i = 0; symbols.length < 2; i += 1) {
    if (!symbols.some(({ symbol }) => symbol === i)) symbols.push({ symbol: i, weight: 0 });
  }
  symbols = symbols.sort((a, b) => a.weight - b.weight);
  const depths = treeDepths(symbols.map(({ weight }) => weight));
  symbols.forEach(({ symbol }, i) => (lengths[symbol] = Math.min(limit, depths[i] as number)));
  limitLengths(
    lengths,
    symbols.map(({ symbol }) => symbol),
    limit,
  );
  return lengths;
}

/** Depths of the leaves of the Huffman tree; `weights` are sorted. */
function treeDepths(weights: readonly number[]): number[] {
  const count = weights.length;
  const weight = [...weights];
  const parent = new Array<number>(2 * count - 1).fill(0);
  let leaf = 0;
  let inner = count;
  const take = (): number => {
    const useLeaf =
      leaf < count &&
      (inner >= weight.length || (weight[leaf] as number) <= (weight[inner] as number));
    return useLeaf ? leaf++ : inner++;
  };
  for (let made = count; made < 2 * count - 1; made += 1) {
    const [a, b] = [take(), take()];
    parent[a] = made;
    parent[b] = made;
    weight.push((weight[a] as number) + (weight[b] as number));
  }
  const depth = new Array<number>(2 * count - 1).fill(0);
  for (let i = 2 * count - 3; i >= 0; i -= 1) depth[i] = (depth[parent[i] as number] as number) + 1;
  return depth.slice(0, count);
}

/**
 * Lengthens codes, rarest first, until they all fit; then gives what room is left to the most
 * frequent ones, since decoders refuse a set of codes that leaves some unused.
 */
function limitLengths(lengths: Uint8Array, symbols: readonly number[], limit: number): void {
  const unit = 2 ** limit;
  const cost = (symbol: number): number => unit / 2 ** (lengths[symbol] as number);
  let total = symbols.reduce((sum, symbol) => sum + cost(symbol), 0);
  while (total > unit) {
    for (const symbol of symbols) {
      if (total <= unit) break;
      if ((lengths[symbol] as number) >= limit) continue;
      total -= cost(symbol) / 2;
      lengths[symbol] = (lengths[symbol] as number) + 1;
    }
  }
  for (let room = unit - total; room > 0; ) {
    for (const symbol of symbols.toReversed()) {
      if (cost(symbol) > room) continue;
      room -= cost(symbol);
      lengths[symbol] = (lengths[symbol] as number) - 1;
    }
  }
}

/** The codes with their bits turned round, as deflate writes them. */
export function codesOf(lengths: Uint8Array): Uint16Array {
  const counts = new Uint16Array(17);
  for (const length of lengths) counts[length] = (counts[length] as number) + 1;
  counts[0] = 0;
  const next = new Uint32Array(17);
  let code = 0;
  for (let bits = 1; bits <= 16; bits += 1) {
    code = (code + (counts[bits - 1] as number)) << 1;
    next[bits] = code;
  }
  return Uint16Array.from(lengths, (length) => {
    if (length === 0) return 0;
    const value = next[length] as number;
    next[length] = value + 1;
    let reversed = 0;
    for (let i = 0; i < length; i += 1) reversed |= ((value >> i) & 1) << (length - 1 - i);
    return reversed;
  });
}
