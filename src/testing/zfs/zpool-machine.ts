/** A booted kernel with memory disks and zpool, for tests of what the command prints. */
import { expect } from 'vitest';
import { ZPOOL } from '#cmd/zpool/zpool.ts';
import { bootHarness, type NodeHarness, type RunOutcome } from '#testing/node-harness.ts';
import { MemoryDisk } from './memory-disk.ts';
import { checkPool, hasZdb } from './pool-kit.ts';

const MiB = 2 ** 20;

/** Six disks c1t0d0 to c1t5d0, and zpool. */
export class ZpoolMachine {
  readonly disks: readonly MemoryDisk[];
  readonly node: NodeHarness;

  constructor(count = 6, sizeBytes = 128 * MiB) {
    this.disks = Array.from({ length: count }, (_, n) => new MemoryDisk(`c1t${n}d0`, sizeBytes));
    this.node = bootHarness({ disks: this.disks, commands: [ZPOOL] });
  }

  run(line: string, uid = 0): RunOutcome {
    return this.node.run(['/usr/sbin/zpool', ...line.split(' ')], { uid });
  }

  /** stdout of a command that must succeed. */
  ok(line: string): string {
    const { status, stdout, stderr } = this.run(line);
    expect({ line, status, stderr }).toEqual({ line, status: 0, stderr: '' });
    return stdout;
  }

  /** stderr of a command that must fail with 1. */
  fails(line: string): string {
    const { status, stderr } = this.run(line);
    expect({ line, status }).toEqual({ line, status: 1 });
    return stderr;
  }

  /** First lines of stderr of a command line that is wrong. */
  misused(line: string): string {
    const { status, stderr } = this.run(line);
    expect({ line, status }).toEqual({ line, status: 2 });
    return stderr;
  }

  judge(pool: string, ...names: readonly number[]): void {
    if (!hasZdb) return;
    this.ok(`export ${pool}`);
    const disks = names.map((n) => this.disks[n] as MemoryDisk);
    expect(checkPool(disks, pool)).toEqual([]);
  }
}
