/**
 * Start methods of the first services, /lib/svc/method: what their shell scripts do on SmartOS.
 * @see illumos-joyent usr/src/cmd/svc/milestone/fs-root, fs-minimal, identity-node; smartos-live
 *   overlay/generic/lib/svc/method/fs-joyent
 */
import { O_RDONLY } from '#abi/illumos/fcntl.ts';
import { decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { NativeMain, Sys, Task } from '#kernel/syscall/sys.ts';
import { spawn } from '#lib/libc/spawn.ts';
import { Input } from '#lib/libc/stdio.ts';

const SMF_EXIT_OK = 0;
const SMF_EXIT_ERR_FATAL = 95;
const VFSTAB = '/etc/vfstab';

function* readText(sys: Sys, path: string): Task<string> {
  const fd = yield* sys.open(path, O_RDONLY);
  if (isErrno(fd)) return '';
  const text = decodeUtf8(yield* new Input(sys, fd).readAll());
  yield* sys.close(fd);
  return text;
}

interface VfstabEntry {
  readonly special: string;
  readonly directory: string;
  readonly fstype: string;
  readonly options: string;
}

function* readVfstab(sys: Sys): Task<VfstabEntry[]> {
  const entries: VfstabEntry[] = [];
  for (const line of (yield* readText(sys, VFSTAB)).split('\n')) {
    if (line.startsWith('#')) continue;
    const [special, , directory, fstype, , , options = '-'] = line.split(/\s+/);
    if (special === undefined || directory === undefined || fstype === undefined) continue;
    entries.push({ special, directory, fstype, options: options === '-' ? '' : options });
  }
  return entries;
}

/** Mounts the entry of /etc/vfstab for `directory`; says why when it can't. */
function* mountFromVfstab(sys: Sys, directory: string): Task<number> {
  const entry = (yield* readVfstab(sys)).find((row) => row.directory === directory);
  if (entry === undefined) {
    return yield* fatal(sys, `${directory}: no entry in ${VFSTAB}`);
  }
  return yield* mount(sys, entry);
}

function* mount(sys: Sys, entry: VfstabEntry): Task<number> {
  const { special, directory, fstype, options } = entry;
  const mounted = yield* sys.mount(special, directory, fstype, options);
  if (!isErrno(mounted)) return SMF_EXIT_OK;
  return yield* fatal(sys, `cannot mount ${directory}: ${mounted.message}`);
}

function* fatal(sys: Sys, text: string): Task<number> {
  const name = (sys.argv[0] ?? '').replace(/^.*\//, '');
  yield* sys.write(2, encodeUtf8(`${name}: ${text}\n`));
  return SMF_EXIT_ERR_FATAL;
}

/** /usr is read-only: the image is seen again through a read-only mount. */
const fsRoot: NativeMain = function* (sys) {
  return yield* mount(sys, {
    special: '/usr',
    directory: '/usr',
    fstype: 'lofs',
    options: 'ro',
  });
};

const fsMinimal: NativeMain = function* (sys) {
  for (const directory of ['/var/run', '/tmp']) {
    const status = yield* mountFromVfstab(sys, directory);
    if (status !== SMF_EXIT_OK) return status;
  }
  const isShared = yield* sys.mount('host', '/host', 'hostfs', '');
  // Only a lab that shares a folder knows hostfs.
  if (isErrno(isShared) && isShared.name !== 'ENODEV') {
    return yield* fatal(sys, `cannot mount /host: ${isShared.message}`);
  }
  return SMF_EXIT_OK;
};

/** The host name: /etc/nodename, else the boot property, else what the machine was started with. */
const identityNode: NativeMain = function* (sys) {
  const fromFile = (yield* readText(sys, '/etc/nodename')).split('\n')[0]?.trim() ?? '';
  const name = fromFile === '' ? ((yield* sys.bootparams()).get('hostname') ?? '') : fromFile;
  if (name === '') return SMF_EXIT_OK;
  const set = yield* sys.sethostname(name);
  return isErrno(set) ? yield* fatal(sys, `cannot set the host name: ${set.message}`) : SMF_EXIT_OK;
};

/** The files that utmpx records go to, with the modes that who and login expect. */
const svcUtmp: NativeMain = function* (sys) {
  for (const path of ['/var/adm/utmpx', '/var/adm/wtmpx']) {
    const changed = yield* sys.chmod(path, 0o644);
    if (isErrno(changed)) return yield* fatal(sys, `${path}: ${changed.message}`);
  }
  return SMF_EXIT_OK;
};

/**
 * Imports the pools that are there: this system has no /etc/zfs/zpool.cache, its root is in memory.
 * Forced, as the last boot may have ended without a word.
 */
const fsJoyent: NativeMain = function* (sys) {
  if ((yield* sys.bootparams()).get('noimport') === 'true') return SMF_EXIT_OK;
  const argv = ['zpool', 'import', '-f', '-a'];
  const child = yield* spawn(sys, '/sbin/zpool', argv, { env: sys.env });
  if (isErrno(child)) return yield* fatal(sys, `cannot run zpool: ${child.message}`);
  // A pool that can't be imported keeps nobody from logging in: the log has the reason.
  yield* sys.wait({ pid: child });
  return SMF_EXIT_OK;
};

const method = (name: string, main: NativeMain): Command => ({
  name,
  path: `/lib/svc/method/${name}`,
  main,
});

export const METHODS: readonly Command[] = [
  method('fs-root', fsRoot),
  method('fs-minimal', fsMinimal),
  method('fs-joyent', fsJoyent),
  method('identity-node', identityNode),
  method('svc-utmp', svcUtmp),
];
