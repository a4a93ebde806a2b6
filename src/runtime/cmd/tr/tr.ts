/** tr: translate, squeeze or delete bytes. @man tr(1) */
import { utf8ToLatin1 } from '#base/bytes.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { type CharacterList, parseCharacterList } from '#cmd/tr/character-list.ts';
import { getopt, hasOption } from '#lib/libc/getopt.ts';
import { readSome } from '#lib/libc/lines.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE = 'usage: tr [-cds] [String1 [String2]]\n' + '       tr [-Cds] [String1 [String2]]\n';

/** What happens to each byte: what it becomes (−1 = deleted) and whether repeats are squeezed. */
interface Tables {
  readonly map: Int16Array;
  readonly squeeze: Uint8Array;
}

function complement(list: readonly number[]): number[] {
  const present = new Set(list);
  return Array.from({ length: 256 }, (_, code) => code).filter((code) => !present.has(code));
}

/** Extends the second list to `length`: `[x*]` takes up the slack, else its last character does. */
function stretch(list: CharacterList, length: number): readonly number[] {
  const { codes, fillAt } = list;
  const slack = length - codes.length;
  if (slack <= 0) return codes;
  if (fillAt !== undefined) {
    const fill = new Array<number>(slack).fill(list.fillCode as number);
    return [...codes.slice(0, fillAt), ...fill, ...codes.slice(fillAt)];
  }
  return [...codes, ...new Array<number>(slack).fill(codes.at(-1) ?? 0)];
}

function buildTables(
  first: CharacterList,
  second: CharacterList | undefined,
  has: (letter: string) => boolean,
): Tables {
  const isComplement = has('c') || has('C');
  const from = isComplement ? complement(first.codes) : first.codes;
  const map = Int16Array.from({ length: 256 }, (_, code) => code);
  const squeeze = new Uint8Array(256);
  if (has('d')) for (const code of from) map[code] = -1;
  else if (second !== undefined) {
    const to = stretch(second, from.length);
    from.forEach((code, i) => (map[code] = to[i] ?? code));
  }
  if (has('s')) for (const code of second?.codes ?? from) squeeze[code] = 1;
  return { map, squeeze };
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'cCds');
  const has = (letter: string): boolean => hasOption(parsed, letter);
  const count = parsed.operands.length;
  const needsTwo = (has('d') && has('s')) || (!has('d') && !has('s'));
  const isBad =
    count === 0 || count > 2 || (needsTwo && count < 2) || (has('d') && !has('s') && count > 1);
  if (parsed.message !== undefined || isBad) {
    return yield* usageError(io, USAGE, parsed.message, 1);
  }
  const lists: CharacterList[] = [];
  for (const operand of parsed.operands) {
    const list = parseCharacterList(utf8ToLatin1(operand));
    if (typeof list === 'string') {
      yield* io.warn(list);
      return 1;
    }
    lists.push(list);
  }
  const { map, squeeze } = buildTables(lists[0] as CharacterList, lists[1], has);
  const buffer = new Uint8Array(65_536);
  let last = -1;
  for (;;) {
    const size = yield* readSome(sys, 0, buffer);
    if (isErrno(size)) {
      yield* io.warn(`read: ${size.message}`);
      return 1;
    }
    if (size === 0 || io.out.error !== undefined) return 0;
    let used = 0;
    for (let i = 0; i < size; i += 1) {
      const code = map[buffer[i] as number] as number;
      if (code < 0 || (code === last && squeeze[code] === 1)) continue;
      buffer[used] = code;
      used += 1;
      last = code;
    }
    yield* io.out.write(buffer.slice(0, used));
    yield* sys.preempt(size >> 4);
  }
}

export const TR: Command = { name: 'tr', path: '/usr/bin/tr', main: withStdio(main) };
