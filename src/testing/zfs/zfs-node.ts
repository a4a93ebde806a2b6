/**
 * A node with pools on memory disks, on which streams are sent and received as commands do it: through
 * libzfs, /dev/zfs and a pipe.
 */
import {
  nvGetString,
  nvString,
  nvListArray,
  type NvList,
  type NvValue,
} from '#abi/illumos/nvpair.ts';
import { type ZfsCommand, type ZfsIoctlName, zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import type { NativeMain, Task } from '#kernel/syscall/sys.ts';
import { Stdio } from '#lib/libc/stdio.ts';
import { type DiffFlags, zfsShowDiffs } from '#lib/libzfs/diff.ts';
import { LibZfs } from '#lib/libzfs/handle.ts';
import { type ReceiveFlags, zfsReceive } from '#lib/libzfs/sendrecv-receive.ts';
import type { SendFlags } from '#lib/libzfs/send-report.ts';
import { zfsSend, zfsSendOne, zfsSendResume } from '#lib/libzfs/sendrecv-send.ts';
import { bootHarness, type NodeHarness, type RunOutcome } from '#testing/node-harness.ts';
import { MemoryDisk } from './memory-disk.ts';

const MiB = 2 ** 20;

/** A program that has libzfs open; false or an error ends it with status 1. */
function withZfs(work: (zfs: LibZfs) => Task<boolean>): NativeMain {
  return function* main(sys) {
    const io = new Stdio(sys);
    const zfs = yield* LibZfs.open(sys, io);
    if (zfs === undefined) return 2;
    const isOk = yield* work(zfs);
    yield* zfs.close();
    yield* io.out.flush();
    return isOk ? 0 : 1;
  };
}

export class ZfsNode {
  readonly harness: NodeHarness;
  readonly disks: ReadonlyMap<string, MemoryDisk>;

  /** One pool on one disk for each name. */
  constructor(pools: readonly string[], diskBytes = 256 * MiB) {
    this.disks = new Map(pools.map((name, n) => [name, new MemoryDisk(`c1t${n}d0`, diskBytes)]));
    this.harness = bootHarness({ disks: [...this.disks.values()] });
    for (const [name, disk] of this.disks) {
      const leaf: NvList = new Map([
        ['type', nvString('disk')],
        ['path', nvString(`/dev/dsk/${disk.name}`)],
      ]);
      const config = new Map<string, NvValue>([
        ['type', nvString('root')],
        ['children', nvListArray([leaf])],
      ]);
      this.must('ZFS_IOC_POOL_CREATE', { name, config });
    }
  }

  /** One ioctl that must succeed. */
  must(name: ZfsIoctlName, given: Partial<ZfsCommand>): ZfsCommand {
    const command = zfsCommand(given);
    let failure: string | undefined;
    const main = withZfs(function* (zfs) {
      failure = (yield* zfs.ioctl(name, command))?.name;
      return failure === undefined;
    });
    const { status } = this.harness.run(main);
    if (status !== 0) throw new Error(`${name} ${command.name}: ${failure ?? status}`);
    return command;
  }

  snapshot(...names: string[]): void {
    const list = new Map<string, NvValue>(names.map((name) => [name, { type: 'boolean' }]));
    const [pool = ''] = (names[0] ?? '').split(/[/@]/, 1);
    const source = new Map<string, NvValue>([['snaps', { type: 'nvlist', value: list }]]);
    this.must('ZFS_IOC_SNAPSHOT', { name: pool, source });
  }

  create(...names: string[]): void {
    for (const name of names) this.must('ZFS_IOC_CREATE', { name });
  }

  destroy(...names: string[]): void {
    for (const name of names) this.must('ZFS_IOC_DESTROY', { name });
  }

  rename(name: string, value: string): void {
    this.must('ZFS_IOC_RENAME', { name, value });
  }

  clone(value: string, name: string): void {
    this.must('ZFS_IOC_CLONE', { name, value });
  }

  /** Runs `work` with the file system mounted. */
  mounted(name: string, work: NativeMain): void {
    this.harness.writeFile('/mnt', { content: null });
    const { status } = this.harness.run(function* (sys) {
      if ((yield* sys.mount(name, '/mnt', 'zfs', '')) !== 0) return 90;
      const result = yield* work(sys);
      return (yield* sys.umount('/mnt', false)) === 0 ? result : 91;
    });
    if (status !== 0) throw new Error(`${name}: status ${status}`);
  }

  send(fs: string, from: string | undefined, to: string, flags: SendFlags = {}): RunOutcome {
    return this.harness.run(withZfs((zfs) => zfsSend(zfs, fs, from, to, flags, 1)));
  }

  sendOne(snapshot: string, from: string | undefined, flags: SendFlags = {}): RunOutcome {
    return this.harness.run(withZfs((zfs) => zfsSendOne(zfs, snapshot, from, flags, 1)));
  }

  sendResume(token: string, flags: SendFlags = {}): RunOutcome {
    return this.harness.run(withZfs((zfs) => zfsSendResume(zfs, flags, 1, token)));
  }

  receive(goal: string, stdin: Uint8Array, flags: ReceiveFlags = {}): RunOutcome {
    const main = withZfs(function* (zfs) {
      return (yield* zfsReceive(zfs, goal, flags, 0)).isOk;
    });
    return this.harness.run(main, { stdin });
  }

  diff(from: string, to: string, mountPoint: string, flags: DiffFlags = {}): RunOutcome {
    return this.harness.run(withZfs((zfs) => zfsShowDiffs(zfs, { from, to, mountPoint }, flags)));
  }

  /** Properties with the values and sources that OBJSET_STATS tells; source '' for none. */
  props(name: string): Record<string, [value: bigint | string, source: string]> {
    const { destination } = this.must('ZFS_IOC_OBJSET_STATS', { name });
    const found: Record<string, [bigint | string, string]> = {};
    for (const [prop, pair] of destination ?? []) {
      if (pair.type !== 'nvlist') continue;
      const value = pair.value.get('value');
      if (value?.type !== 'uint64' && value?.type !== 'string') continue;
      found[prop] = [value.value, nvGetString(pair.value, 'source') ?? ''];
    }
    return found;
  }

  /** Names of all datasets below `name` and of their snapshots, in order. */
  list(name: string): string[] {
    const found: string[] = [];
    const walk = function* (zfs: LibZfs, fs: string): Task<void> {
      found.push(fs);
      const snaps = zfsCommand({ name: fs });
      while ((yield* zfs.ioctl('ZFS_IOC_SNAPSHOT_LIST_NEXT', snaps)) === undefined) {
        found.push(`${fs}@${snaps.value}`);
      }
      const children = zfsCommand({ name: fs });
      while ((yield* zfs.ioctl('ZFS_IOC_DATASET_LIST_NEXT', children)) === undefined) {
        yield* walk(zfs, `${fs}/${children.value}`);
      }
    };
    this.harness.run(
      withZfs(function* (zfs) {
        yield* walk(zfs, name);
        return true;
      }),
    );
    return found;
  }

  /** Writes everything and lets go of the pool; its disk can be judged then. */
  exported(pool: string): MemoryDisk {
    this.must('ZFS_IOC_POOL_EXPORT', { name: pool });
    return this.disks.get(pool) as MemoryDisk;
  }
}
