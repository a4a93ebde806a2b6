/**
 * What is kept of a panic: nodes/NAME/crash/vmdump.N with the node's dump and vmdump.N.txt with the
 * message. Numbered as savecore does it; the oldest go when there are more than ten.
 * @man savecore(8)
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const KEPT = 10;

/** Writes both files; answers the dump's name, or null when the host's disk takes nothing more. */
export function writeCrashFiles(
  folder: string,
  message: string,
  dump: Uint8Array,
  at: Date,
): string | null {
  try {
    mkdirSync(folder, { recursive: true });
    const numbers = dumpNumbers(folder);
    const name = `vmdump.${(numbers.at(-1) ?? -1) + 1}`;
    for (const old of numbers.slice(0, Math.max(0, numbers.length - KEPT + 1))) {
      rmSync(join(folder, `vmdump.${old}`), { force: true });
      rmSync(join(folder, `vmdump.${old}.txt`), { force: true });
    }
    writeFileSync(join(folder, name), dump);
    writeFileSync(join(folder, `${name}.txt`), `${at.toISOString()}\n${message}\n`);
    return name;
  } catch {
    // A full disk must not turn a node's panic into the lab's: the message is shown all the same.
    return null;
  }
}

function dumpNumbers(folder: string): number[] {
  const numbers: number[] = [];
  for (const name of readdirSync(folder)) {
    const match = /^vmdump\.(\d+)$/.exec(name);
    if (match !== null) numbers.push(Number(match[1]));
  }
  return numbers.sort((a, b) => a - b);
}
