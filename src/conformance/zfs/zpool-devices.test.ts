/**
 * zpool on the devices of a pool: logs, spares, caches, offline and online, replacing; what it prints,
 * word for word, and genuine zdb on the disks afterwards.
 */
import { describe, expect, it } from 'vitest';
import { bootHarness, type NodeHarness } from '#testing/node-harness.ts';
import { ZPOOL } from '#cmd/zpool/zpool.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { PulledDisk } from '#testing/zfs/pulled-disk.ts';
import { ZpoolMachine } from '#testing/zfs/zpool-machine.ts';

function config(...lines: string[]): string {
  return `\tNAME        STATE     READ WRITE CKSUM\n${lines.map((line) => `\t${line}\n`).join('')}`;
}

const NO_ERRORS = '\nerrors: No known data errors\n';

describe('zpool on devices', () => {
  it('makes a pool with log, cache and spare, and takes them away', () => {
    const m = new ZpoolMachine();
    m.ok('create tank mirror c1t0d0 c1t1d0 log c1t2d0 cache c1t4d0 spare c1t5d0');
    expect(m.ok('status tank')).toBe(
      `  pool: tank\n state: ONLINE\n  scan: none requested\nconfig:\n\n${config(
        'tank        ONLINE       0     0     0',
        '  mirror-0  ONLINE       0     0     0',
        '    c1t0d0  ONLINE       0     0     0',
        '    c1t1d0  ONLINE       0     0     0',
        'logs\t',
        '  c1t2d0    ONLINE       0     0     0',
        'cache',
        '  c1t4d0    ONLINE       0     0     0',
        'spares',
        '  c1t5d0    AVAIL   ',
      )}${NO_ERRORS}`,
    );
    expect(m.fails('add tank cache c1t5d0')).toBe(
      'invalid vdev specification\n' +
        "use '-f' to override the following errors:\n" +
        '/dev/dsk/c1t5d0s0 is reserved as a hot spare for ZFS pool tank.  Please see zpool(8).\n',
    );
    for (const disk of ['c1t2d0', 'c1t4d0', 'c1t5d0']) m.ok(`remove tank ${disk}`);
    expect(m.fails('remove tank c1t1d0')).toBe(
      'cannot remove c1t1d0: only inactive hot spares, cache, top-level, or log devices can be ' +
        'removed\n',
    );
    // What was taken away carries no labels any more.
    m.ok('add tank log mirror c1t2d0 c1t4d0');
    m.judge('tank', 0, 1, 2, 3, 4, 5);
  }, 180_000);

  it('a pool that loses its disk does what failmode says', () => {
    const lose = (
      failmode: string,
    ): { readonly node: NodeHarness; readonly pull: () => string } => {
      const disk = new PulledDisk(new MemoryDisk('c1t0d0', 128 * 2 ** 20));
      const node = bootHarness({ disks: [disk], commands: [ZPOOL] });
      const zpool = (line: string): string =>
        node.run(['/usr/sbin/zpool', ...line.split(' ')]).stderr;
      expect(zpool('create tank c1t0d0') + zpool(`set failmode=${failmode} tank`)).toBe('');
      disk.isOut = true;
      return { node, pull: () => zpool('set comment=x tank') };
    };
    expect(lose('panic').pull).toThrow(
      "Pool 'tank' has encountered an uncorrectable I/O failure and the failure mode property " +
        'for this pool is set to panic.',
    );
    const { node, pull } = lose('continue');
    expect(pull()).toBe("cannot set property for 'tank': I/O error\n");
    const { stdout } = node.run(['/usr/sbin/zpool', 'status', 'tank']);
    expect(stdout).toContain('One or more devices are faulted in response to IO failures.');
  });

  it('offlines and onlines', () => {
    const m = new ZpoolMachine();
    m.ok('create tank mirror c1t0d0 c1t1d0');
    m.ok('offline tank c1t1d0');
    expect(m.ok('status -x')).toBe(
      `  pool: tank
 state: DEGRADED
status: One or more devices has been taken offline by the administrator.
\tSufficient replicas exist for the pool to continue functioning in a
\tdegraded state.
action: Online the device using 'zpool online' or replace the device with
\t'zpool replace'.
  scan: none requested
config:

${config(
  'tank        DEGRADED     0     0     0',
  '  mirror-0  DEGRADED     0     0     0',
  '    c1t0d0  ONLINE       0     0     0',
  '    c1t1d0  OFFLINE      0     0     0',
)}${NO_ERRORS}`,
    );
    expect(m.fails('offline tank c1t0d0')).toBe('cannot offline c1t0d0: no valid replicas\n');
    expect(m.fails('offline tank c1t3d0')).toBe('cannot offline c1t3d0: no such device in pool\n');
    expect(m.fails('clear tank c1t3d0')).toBe(
      'cannot clear errors for c1t3d0: no such device in pool\n',
    );
    m.ok('online tank c1t1d0');
    m.ok('iostat tank 1 2');
    expect(m.ok('status tank')).toContain('scan: resilvered ');
    expect(m.ok('status -x')).toBe('all pools are healthy\n');
    m.judge('tank', 0, 1);
  }, 180_000);

  it('replaces, attaches and detaches, and changes its number', () => {
    const m = new ZpoolMachine();
    m.ok('create tank mirror c1t0d0 c1t1d0');
    expect(m.fails('replace tank c1t0d0 c1t1d0')).toContain(
      '/dev/dsk/c1t1d0s0 is part of active ZFS pool tank. Please see zpool(8).\n',
    );
    m.ok('replace tank c1t0d0 c1t2d0');
    expect(m.ok('status tank')).toContain(
      '\t    replacing-0  ONLINE       0     0     0\n' +
        '\t      c1t0d0     ONLINE       0     0     0\n' +
        '\t      c1t2d0     ONLINE       0     0     0\n',
    );
    m.ok('iostat tank 1 2');
    expect(m.ok('status tank')).toContain(
      config(
        'tank        ONLINE       0     0     0',
        '  mirror-0  ONLINE       0     0     0',
        '    c1t2d0  ONLINE       0     0     0',
        '    c1t1d0  ONLINE       0     0     0',
      ),
    );
    m.ok('detach tank c1t1d0');
    expect(m.fails('detach tank c1t2d0')).toBe(
      'cannot detach c1t2d0: only applicable to mirror and replacing vdevs\n',
    );
    m.ok('attach tank c1t2d0 c1t3d0');
    m.ok('iostat tank 1 2');
    const before = m.ok('get -H -o value guid tank');
    m.ok('reguid tank');
    m.ok('reopen tank');
    m.ok('clear tank');
    expect(m.ok('get -H -o value guid tank')).not.toBe(before);
    m.judge('tank', 0, 1, 2, 3);
    m.ok('import tank');
    expect(m.ok('status -x')).toBe('all pools are healthy\n');
  }, 180_000);
});
