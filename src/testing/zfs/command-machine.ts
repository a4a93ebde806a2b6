/** A node with pools on memory disks on which zfs is run as a person would. */
import { expect } from 'vitest';
import { MOUNT } from '#cmd/mount/mount.ts';
import { ZFS } from '#cmd/zfs/zfs.ts';
import { ZPOOL } from '#cmd/zpool/zpool.ts';
import { isErrno } from '#kernel/os/errno.ts';
import { bootHarness, type NodeHarness, type RunOutcome } from '#testing/node-harness.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { checkPool, hasZdb } from '#testing/zfs/pool-kit.ts';

const MiB = 2 ** 20;

export class Machine {
  readonly disks: readonly MemoryDisk[];
  readonly node: NodeHarness;

  /** One pool on one disk for each name. */
  constructor(pools: readonly string[] = ['tank']) {
    this.disks = pools.map((_, n) => new MemoryDisk(`c1t${n}d0`, 128 * MiB));
    this.node = bootHarness({
      disks: this.disks,
      commands: [ZFS, ZPOOL, MOUNT],
      files: { '/etc/mnttab': '', '/etc/passwd': 'root:x:0:0::/root:/bin/sh\n' },
    });
    this.node.run(function* mnttab(sys) {
      return isErrno(yield* sys.mount('mnttab', '/etc/mnttab', 'mntfs', '')) ? 1 : 0;
    });
    pools.forEach((name, n) => {
      expect(this.#run('zpool', ['create', name, `c1t${n}d0`]).status).toBe(0);
    });
  }

  #run(command: string, words: readonly string[], stdin?: Uint8Array): RunOutcome {
    const given = stdin === undefined ? {} : { stdin };
    return this.node.run([`/usr/sbin/${command}`, ...words], given);
  }

  run(line: string, stdin?: Uint8Array): RunOutcome {
    return this.#run('zfs', line.split(' '), stdin);
  }

  /** stdout of a command that must succeed. */
  ok(line: string, stdin?: Uint8Array): string {
    const { status, stdout, stderr } = this.run(line, stdin);
    expect({ line, status, stderr }).toEqual({ line, status: 0, stderr: '' });
    return stdout;
  }

  /** stderr of a command that must fail with `status`. */
  fails(line: string, status = 1): string {
    const outcome = this.run(line);
    expect({ line, status: outcome.status }).toEqual({ line, status });
    return outcome.stderr;
  }

  /** Lines of `zfs list -H -o name`. */
  names(options = '-t all'): string[] {
    return this.ok(`list -H -o name ${options}`).split('\n').slice(0, -1);
  }

  judge(): void {
    if (!hasZdb) return;
    expect(this.#run('zpool', ['export', 'tank'])).toMatchObject({ status: 0, stderr: '' });
    expect(checkPool(this.disks.slice(0, 1), 'tank')).toEqual([]);
  }
}
