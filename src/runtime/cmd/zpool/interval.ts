/** `[interval [count]]` at the end of a command line. @see zpool_main.c get_interval_count() */
import type { ZpoolRun } from '#cmd/zpool/run.ts';
import type { Task } from '#kernel/syscall/sys.ts';

/** What -T takes. */
export const INTERVAL_WORD: RegExp = /^[ud]/;
const NUMBER = /^\d+(\.\d*)?$|^\.\d+$/;

export class Interval {
  readonly operands: readonly string[];
  /** 0: once. */
  readonly seconds: number;
  /** 0: for ever. */
  readonly count: number;
  readonly #run: ZpoolRun;

  constructor(run: ZpoolRun, operands: readonly string[], seconds: number, count: number) {
    this.#run = run;
    this.operands = operands;
    this.seconds = seconds;
    this.count = count;
  }

  /** After round `round` (from 1): waits, and says whether there is another. */
  *next(round: number): Task<boolean> {
    yield* this.#run.io.out.flush();
    if (this.seconds === 0 || (this.count !== 0 && round >= this.count)) return false;
    yield* this.#run.sys.nanosleep(BigInt(Math.round(this.seconds * 1e9)));
    return true;
  }
}

/** Takes the numbers off the end; a number is the exit status after a complaint. */
export function* takeInterval(run: ZpoolRun, words: readonly string[]): Task<Interval | number> {
  let rest = words;
  const numbers: number[] = [];
  while (numbers.length < 2 && NUMBER.test(rest.at(-1) ?? '')) {
    const value = Number(rest.at(-1));
    if (value === 0) return yield* run.usage('interval cannot be zero');
    numbers.unshift(value);
    rest = rest.slice(0, -1);
  }
  const [seconds = 0, count = 0] = numbers;
  return new Interval(run, rest, seconds, Math.floor(count));
}
