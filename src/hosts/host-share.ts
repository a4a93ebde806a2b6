/**
 * A folder of the host shown to a node at /host. The guest gives names, one a level, never a path:
 * each is checked (no `..`, no separator of any system, no drive, no NUL) and every level is looked
 * at without following links, so nothing outside the folder can be named from inside. Links are
 * shown as `other` and lead nowhere.
 * Left over: somebody who swaps a folder for a link between the check and the use can misdirect one
 * call; only the person's own programs on the host can do that.
 */
import {
  closeSync,
  constants,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { HostShare, HostShareEntry, HostShareFailure } from '#runtime/host.ts';

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL } = constants;
/** Absent on Windows, where the look before opening is what remains. */
const O_NOFOLLOW: number = constants.O_NOFOLLOW ?? 0;
/** What no name may hold on any system: separators, drives and streams, control characters. */
const FORBIDDEN = /[/\\:\u0000-\u001f]/;
/** Devices that Windows finds in every folder, with any extension. */
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?$/i;

type Path = readonly string[];

class Refused extends Error {
  readonly failure: HostShareFailure['failure'];

  constructor(failure: HostShareFailure['failure']) {
    super(failure);
    this.failure = failure;
  }
}

/** Throws Node's error when `folder` can't be shown. */
export function hostShare(folder: string, isReadOnly: boolean): HostShare {
  const place = new Place(realpathSync(folder), isReadOnly);
  return {
    isReadOnly,
    list: (path) => attempt(() => place.list(path)),
    stat: (path) => attempt(() => entryOf(path.at(-1) ?? '', lstatSync(place.locate(path)))),
    read: (path, offsetBytes, target) =>
      attempt(() =>
        place.withFile(path, O_RDONLY, (fd) => readSync(fd, target, 0, target.length, offsetBytes)),
      ),
    write: (path, offsetBytes, source) =>
      attempt(() =>
        place.withFile(path, O_WRONLY, (fd) =>
          writeSync(fd, source, 0, source.length, offsetBytes),
        ),
      ),
    create: (path, kind) =>
      attemptChange(() => {
        const at = place.locateToChange(path);
        if (kind === 'directory') mkdirSync(at);
        else closeSync(openSync(at, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644));
      }),
    remove: (path) =>
      attemptChange(() => {
        const at = place.locateToChange(path);
        if (lstatSync(at).isDirectory()) rmdirSync(at);
        else unlinkSync(at);
      }),
    truncate: (path, sizeBytes) =>
      attemptChange(() => place.withFile(path, O_WRONLY, (fd) => ftruncateSync(fd, sizeBytes))),
    rename: (from, to) =>
      attemptChange(() => renameSync(place.locateToChange(from), place.locateToChange(to))),
  };
}

class Place {
  readonly #root: string;
  readonly #isReadOnly: boolean;

  constructor(root: string, isReadOnly: boolean) {
    this.#root = root;
    this.#isReadOnly = isReadOnly;
  }

  /** The host's path of `path`; everything above its last name is a real directory. */
  locate(path: Path): string {
    let at = this.#root;
    for (const name of path) {
      if (!isName(name)) throw new Refused(name.includes('/') ? 'EACCES' : 'ENOENT');
      if (!lstatSync(at).isDirectory()) throw new Refused('ENOTDIR');
      at = join(at, name);
    }
    return at;
  }

  locateToChange(path: Path): string {
    if (this.#isReadOnly) throw new Refused('EROFS');
    if (path.length === 0) throw new Refused('EACCES');
    return this.locate(path);
  }

  list(path: Path): HostShareEntry[] {
    const at = this.locate(path);
    if (!lstatSync(at).isDirectory()) throw new Refused('ENOTDIR');
    const entries: HostShareEntry[] = [];
    for (const name of readdirSync(at)) {
      if (!isName(name)) continue;
      const entry = attempt(() => entryOf(name, lstatSync(join(at, name))));
      if (!('failure' in entry)) entries.push(entry);
    }
    return entries;
  }

  withFile<T>(path: Path, flags: number, use: (fd: number) => T): T {
    const file = flags === O_RDONLY ? this.locate(path) : this.locateToChange(path);
    const stats = lstatSync(file);
    if (stats.isDirectory()) throw new Refused('EISDIR');
    if (!stats.isFile()) throw new Refused('EACCES');
    const fd = openSync(file, flags | O_NOFOLLOW);
    try {
      return use(fd);
    } finally {
      closeSync(fd);
    }
  }
}

function isName(name: string): boolean {
  if (name === '' || name === '.' || name === '..' || name.length > 255) return false;
  if (FORBIDDEN.test(name) || WINDOWS_DEVICE.test(name)) return false;
  // Windows drops these at the end of a name: `secret.` would be `secret`.
  return !/[. ]$/.test(name);
}

function entryOf(name: string, stats: Stats): HostShareEntry {
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other';
  return {
    name,
    kind,
    sizeBytes: stats.size,
    modifiedNs: BigInt(Math.round(stats.mtimeMs * 1000)) * 1000n,
    isExecutable: kind === 'file' && (stats.mode & 0o111) !== 0,
  };
}

function attempt<T>(run: () => T): T | HostShareFailure {
  try {
    return run();
  } catch (thrown) {
    if (thrown instanceof Refused) return { failure: thrown.failure };
    return { failure: FAILURES[(thrown as NodeJS.ErrnoException).code ?? ''] ?? 'EIO' };
  }
}

function attemptChange(run: () => void): HostShareFailure | undefined {
  return attempt<undefined>(() => {
    run();
    return undefined;
  });
}

const FAILURES: Readonly<Record<string, HostShareFailure['failure']>> = {
  ENOENT: 'ENOENT',
  EACCES: 'EACCES',
  EPERM: 'EACCES',
  /** O_NOFOLLOW met a link. */
  ELOOP: 'EACCES',
  EEXIST: 'EEXIST',
  ENOTDIR: 'ENOTDIR',
  EISDIR: 'EISDIR',
  EROFS: 'EROFS',
  ENOSPC: 'ENOSPC',
  EDQUOT: 'ENOSPC',
  ENOTEMPTY: 'ENOTEMPTY',
};
