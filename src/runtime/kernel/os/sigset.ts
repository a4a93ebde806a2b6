/** A set of signals 1 … 63 in two words. Mutable; copy before handing it out. @see sigset_t */
import type { Signal } from '#abi/illumos/signal.ts';

export class SignalSet {
  low: number;
  high: number;

  constructor(low = 0, high = 0) {
    this.low = low;
    this.high = high;
  }

  static of(signals: Iterable<Signal>): SignalSet {
    const set = new SignalSet();
    for (const signal of signals) set.add(signal);
    return set;
  }

  get isEmpty(): boolean {
    return (this.low | this.high) === 0;
  }

  has(signal: Signal): boolean {
    return signal < 32
      ? (this.low & (1 << signal)) !== 0
      : (this.high & (1 << (signal - 32))) !== 0;
  }

  add(signal: Signal): void {
    if (signal < 32) this.low |= 1 << signal;
    else this.high |= 1 << (signal - 32);
  }

  delete(signal: Signal): void {
    if (signal < 32) this.low &= ~(1 << signal);
    else this.high &= ~(1 << (signal - 32));
  }

  addAll(other: SignalSet): void {
    this.low |= other.low;
    this.high |= other.high;
  }

  deleteAll(other: SignalSet): void {
    this.low &= ~other.low;
    this.high &= ~other.high;
  }

  assign(other: SignalSet): void {
    this.low = other.low;
    this.high = other.high;
  }

  copy(): SignalSet {
    return new SignalSet(this.low, this.high);
  }

  /** The lowest signal that is in this set and not in `excluded`; 0 when there is none. */
  firstNotIn(excluded: SignalSet): Signal {
    const low = this.low & ~excluded.low;
    if (low !== 0) return 31 - Math.clz32(low & -low);
    const high = this.high & ~excluded.high;
    return high === 0 ? 0 : 63 - Math.clz32(high & -high);
  }

  list(): Signal[] {
    const signals: Signal[] = [];
    for (let signal = 1; signal < 64; signal += 1) if (this.has(signal)) signals.push(signal);
    return signals;
  }
}
