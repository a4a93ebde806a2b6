/**
 * A genuine pool without any feature gets all that we keep up (`zpool upgrade`), is used with them, and
 * is judged by both zdb versions; its history, written by the genuine kernel, is read.
 */
import { describe, expect, test } from 'vitest';
import { type NvValue, nvGetString, nvUint64 } from '#abi/illumos/nvpair.ts';
import { zfsBookmark } from '#kernel/fs/zfs/pool/dsl-bookmark-ops.ts';
import { zfsCreate, zfsSnapshot } from '#kernel/fs/zfs/pool/dsl-ops.ts';
import { zfsSetProps } from '#kernel/fs/zfs/pool/dsl-prop-ops.ts';
import { spaHistoryRecords } from '#kernel/fs/zfs/pool/spa-history.ts';
import { spaExport, spaOpen } from '#kernel/fs/zfs/pool/spa-open.ts';
import { spaPropSet } from '#kernel/fs/zfs/pool/spa-prop.ts';
import { openFileSystem } from '#kernel/fs/zfs/pool/zfs-mount.ts';
import { findPools } from '#kernel/fs/zfs/spa/spa-config.ts';
import { SPA_FEATURES } from '#kernel/fs/zfs/spa/spa-features.ts';
import { Checksums } from '#kernel/fs/zfs/zio/zio-checksum.ts';
import { isErrno } from '#kernel/os/errno.ts';
import { fixtureDisk, hasFixtures } from '#testing/zfs/fixtures.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';
import { checkPool, hasZdb, testHost } from '#testing/zfs/pool-kit.ts';

describe.skipIf(!hasZdb || !hasFixtures)('upgrade (skipped: zdb or fixtures missing)', () => {
  test('a genuine pool gets our features and is sound', { timeout: 120_000 }, () => {
    const all = [fixtureDisk('bare')];
    const [found] = findPools(all, new Checksums(nodeCodecs));
    if (found === undefined) throw new Error('no pool');
    const spa = spaOpen(found, testHost());
    const commands = spaHistoryRecords(spa).map(
      (record) => nvGetString(record, 'history command') ?? '',
    );
    expect(commands.some((command) => command.startsWith('zpool create '))).toBe(true);
    const ours = SPA_FEATURES.filter(({ support }) => support === 'create');
    const wanted = ours.map(({ name }): [string, NvValue] => [`feature@${name}`, nvUint64(0)]);
    expect(zfsBookmark(spa, [['bare#m', 'bare@s1']])?.name).toBe('ENOTSUP');
    expect(spaPropSet(spa, new Map(wanted))).toBeUndefined();
    for (const { guid } of ours) expect([guid, spa.isFeatureEnabled(guid)]).toEqual([guid, true]);
    const props = new Map([
      ['recordsize', 1_048_576n],
      ['compression', 15n],
      ['filesystem_limit', 5n],
    ]);
    expect(zfsCreate(spa, 'bare/new', props)).toBeUndefined();
    expect(zfsSetProps(spa, 'bare/new', new Map([['copies', 2n]]))).toBeUndefined();
    const fs = openFileSystem(spa, spa.dsl.findDataset('bare/new') as never);
    const made = fs.create(fs.rootObject, 'large', { mode: 0o100644, uid: 0, gid: 0 });
    if (isErrno(made)) throw new Error(made.name);
    const bytes = new Uint8Array(3_000_000);
    testHost().random.fill(bytes);
    fs.write(made, 0, bytes);
    expect(zfsSnapshot(spa, ['bare/new@s'])).toBeUndefined();
    expect(zfsBookmark(spa, [['bare/new#m', 'bare/new@s']])).toBeUndefined();
    expect(spa.dsl.featureUses('org.open-zfs:large_blocks')).toBe(2);
    spaExport(spa);
    expect(checkPool(all, 'bare', ['--exported'])).toEqual([]);
  });
});
