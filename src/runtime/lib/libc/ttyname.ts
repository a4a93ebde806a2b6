/**
 * Names of terminals: which file below /dev is the device.
 * @man ttyname(3C)
 */
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { listDirectory } from '#lib/libc/directory.ts';

/** Looks names of terminals up, each directory once. */
export class TerminalNames {
  readonly #sys: Sys;
  #names: Map<number, string> | undefined;

  constructor(sys: Sys) {
    this.#sys = sys;
  }

  /** The name below /dev of a device number, e.g. `pts/2`; undefined when there is none. */
  *nameOf(device: number): Task<string | undefined> {
    this.#names ??= yield* this.#load();
    return this.#names.get(device);
  }

  *#load(): Task<Map<number, string>> {
    const names = new Map<number, string>();
    const add = function* (sys: Sys, name: string): Task<void> {
      const stat = yield* sys.stat(`/dev/${name}`);
      if (!isErrno(stat) && stat.type === 'VCHR' && !names.has(stat.rdev)) {
        names.set(stat.rdev, name);
      }
    };
    yield* add(this.#sys, 'console');
    for (const directory of ['pts', 'term', 'vt']) {
      const entries = yield* listDirectory(this.#sys, `/dev/${directory}`);
      if (isErrno(entries)) continue;
      for (const entry of entries) yield* add(this.#sys, `${directory}/${entry}`);
    }
    return names;
  }
}

/** The path of the terminal behind a descriptor; undefined when it is none. */
export function* ttyname(sys: Sys, fd: number): Task<string | undefined> {
  if (!(yield* sys.isatty(fd))) return undefined;
  const stat = yield* sys.fstat(fd);
  if (isErrno(stat)) return undefined;
  const name = yield* new TerminalNames(sys).nameOf(stat.rdev);
  return name === undefined ? undefined : `/dev/${name}`;
}
