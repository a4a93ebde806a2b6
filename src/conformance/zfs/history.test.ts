/** The history that we write, read by genuine zdb: commands, internal records, the ring's wrap. */
import { describe, expect, test } from 'vitest';
import {
  spaHistoryCommand,
  spaHistoryInternal,
  spaHistoryRecords,
} from '#kernel/fs/zfs/pool/spa-history.ts';
import { spaSync } from '#kernel/fs/zfs/pool/spa-sync.ts';
import { DslFixture } from '#testing/zfs/dsl-fixture.ts';
import { checkPool, hasZdb, zdbOutput } from '#testing/zfs/pool-kit.ts';

const ROOT = { uid: 0, zone: 'global' };

describe.skipIf(!hasZdb)('history (skipped: zdb missing)', () => {
  test('zdb reads our commands and internal records', { timeout: 120_000 }, () => {
    const pool = new DslFixture();
    const { spa } = pool;
    spaHistoryCommand(spa, 'zpool create tank c1t0d0', ROOT);
    spa.syncTasks.push(() =>
      spaHistoryInternal(spa, 'set', spa.dsl.findDataset('tank') ?? null, 'atime=0'),
    );
    spaHistoryCommand(spa, 'zfs set atime=off tank', { uid: 7, zone: 'web' });
    spaSync(spa);
    const printed = zdbOutput(pool.disks, 'tank', ['-hh']);
    expect(printed).toContain('zpool create tank c1t0d0');
    expect(printed).toContain("history zone: 'web'");
    expect(printed).toMatch(/\[txg:\d+\] set tank \(\d+\) atime=0/);
    expect(checkPool(pool.disks, 'tank')).toEqual([]);
  });

  test('when the ring is full the oldest go and the creation stays', { timeout: 120_000 }, () => {
    const pool = new DslFixture();
    const { spa } = pool;
    spaHistoryCommand(spa, 'zpool create tank c1t0d0', ROOT);
    for (let n = 0; n < 600; n += 1) {
      spaHistoryCommand(spa, `zfs set com.lab:note=${n}-${'x'.repeat(n % 200)} tank`, ROOT);
      if (n % 100 === 0) spaSync(spa);
    }
    spaSync(spa);
    const commands = spaHistoryRecords(spa).flatMap((record) => {
      const command = record.get('history command');
      return command?.type === 'string' ? [command.value] : [];
    });
    expect(commands[0]).toBe('zpool create tank c1t0d0');
    expect(commands.at(-1)).toContain('note=599-');
    expect(commands.length).toBeLessThan(600);
    const numbers = commands.slice(1).map((each) => Number(/note=(\d+)/.exec(each)?.[1]));
    expect(numbers).toEqual(numbers.map((_, i) => 600 - numbers.length + i));
    const printed = zdbOutput(pool.disks, 'tank', ['-h']);
    for (const command of commands) expect(printed).toContain(command);
  });
});
