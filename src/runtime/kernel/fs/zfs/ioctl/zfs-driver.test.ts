/** /dev/zfs as a program sees it: pools and datasets made, listed, mounted, exported, imported. */
import { expect, test } from 'vitest';
import {
  type NvList,
  type NvValue,
  nvGetList,
  nvGetNumber,
  nvGetString,
  nvListArray,
  nvString,
} from '#abi/illumos/nvpair.ts';
import {
  ZFS_IOC_NUMBERS,
  type ZfsCommand,
  type ZfsIoctlName,
  zfsCommand,
} from '#abi/illumos/zfs-ioctl.ts';
import { unpackVdevStat, VDEV_STATE_HEALTHY } from '#abi/illumos/zfs-stat.ts';
import { encodeUtf8 } from '#base/bytes.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { bootHarness, type NodeHarness } from '#testing/node-harness.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';

const MiB = 2 ** 20;

interface Answer {
  readonly errno: string;
  readonly command: ZfsCommand;
}

/** Runs `work` as a program with /dev/zfs open; its exit status must be 0. */
function program(node: NodeHarness, work: (call: Call, sys: Sys) => Task<void>, uid = 0): void {
  let failure: unknown;
  const outcome = node.run(
    function* (sys) {
      const fd = yield* sys.open('/dev/zfs', 2);
      if (isErrno(fd)) return 2;
      const call: Call = function* (name, given = {}) {
        const command = zfsCommand(given);
        const result = yield* sys.ioctl(fd, ZFS_IOC_NUMBERS[name], command);
        return { errno: isErrno(result) ? result.name : '', command };
      };
      try {
        yield* work(call, sys);
      } catch (error) {
        failure = error;
      }
      return 0;
    },
    { uid },
  );
  if (failure !== undefined) throw failure;
  expect(outcome).toMatchObject({ status: 0 });
}

type Call = (name: ZfsIoctlName, given?: Partial<ZfsCommand>) => Task<Answer>;

const leaf = (path: string, type = 'disk'): NvList =>
  new Map<string, NvValue>([
    ['type', nvString(type)],
    ['path', nvString(path)],
  ]);
const group = (type: string, ...children: readonly NvList[]): NvList =>
  new Map<string, NvValue>([
    ['type', nvString(type)],
    ['children', nvListArray(children)],
  ]);

function boot(): NodeHarness {
  const disks = ['c1t0d0', 'c1t1d0', 'c1t2d0'].map((name) => new MemoryDisk(name, 64 * MiB));
  return bootHarness({ disks });
}

const mirror = group('root', group('mirror', leaf('/dev/dsk/c1t0d0'), leaf('/dev/dsk/c1t1d0')));

test('a pool is made, described, exported, found and imported', () => {
  const node = boot();
  program(node, function* (call) {
    expect(yield* call('ZFS_IOC_POOL_CREATE', { name: 'tank', config: mirror })).toMatchObject({
      errno: '',
    });
    expect((yield* call('ZFS_IOC_POOL_CREATE', { name: 'tank', config: mirror })).errno).toBe(
      'EEXIST',
    );
    expect((yield* call('ZFS_IOC_POOL_CREATE', { name: 'b', config: mirror })).errno).toBe('EBUSY');
    const configs = yield* call('ZFS_IOC_POOL_CONFIGS');
    expect([...(configs.command.destination?.keys() ?? [])]).toEqual(['tank']);
    const stats = yield* call('ZFS_IOC_POOL_STATS', { name: 'tank' });
    const config = stats.command.config ?? new Map();
    const tree = nvGetList(config, 'vdev_tree') ?? new Map();
    const root = unpackVdevStat(tree.get('vdev_stats'));
    expect(root?.state).toBe(VDEV_STATE_HEALTHY);
    expect(root?.spaceBytes).toBeGreaterThan(40 * MiB);
    expect((yield* call('ZFS_IOC_POOL_EXPORT', { name: 'tank' })).errno).toBe('');
    expect((yield* call('ZFS_IOC_POOL_STATS', { name: 'tank' })).errno).toBe('ENOENT');
    const found = yield* call('ZFS_IOC_POOL_TRYIMPORT');
    const [[guid, pair]] = [...(found.command.destination ?? [])] as [[string, NvValue]];
    expect(pair.type === 'nvlist' ? nvGetString(pair.value, 'name') : '').toBe('tank');
    expect(pair.type === 'nvlist' ? nvGetNumber(pair.value, 'state') : 0).toBe(1);
    const imported = yield* call('ZFS_IOC_POOL_IMPORT', { name: 'lake', guid: BigInt(guid) });
    expect(imported.errno).toBe('');
    expect((yield* call('ZFS_IOC_POOL_DESTROY', { name: 'lake' })).errno).toBe('');
    const gone = yield* call('ZFS_IOC_POOL_TRYIMPORT');
    const [[, destroyed]] = [...(gone.command.destination ?? [])] as [[string, NvValue]];
    expect(destroyed.type === 'nvlist' ? nvGetNumber(destroyed.value, 'state') : 0).toBe(2);
  });
});

test('datasets are made, listed, mounted and written to; a busy one stays', () => {
  const node = boot();
  program(node, function* (call, sys) {
    const config = group('root', leaf('/dev/dsk/c1t2d0'));
    yield* call('ZFS_IOC_POOL_CREATE', { name: 'tank', config });
    for (const name of ['tank/b', 'tank/a', 'tank/a/x']) {
      expect((yield* call('ZFS_IOC_CREATE', { name })).errno).toBe('');
    }
    expect((yield* call('ZFS_IOC_CREATE', { name: 'tank/a' })).errno).toBe('EEXIST');
    expect((yield* call('ZFS_IOC_CREATE', { name: 'tank/no/x' })).errno).toBe('ENOENT');
    const names: string[] = [];
    for (let value = ''; ; ) {
      const next = yield* call('ZFS_IOC_DATASET_LIST_NEXT', { name: 'tank', value });
      if (next.errno !== '') break;
      value = next.command.value;
      names.push(value);
    }
    expect(names).toEqual(['a', 'b']);
    expect(yield* sys.mount('tank/a', '/var', 'zfs', '')).toBe(0);
    const fd = yield* sys.open('/var/f', 0x102, 0o644);
    expect(yield* sys.write(fd as number, encodeUtf8('hello'))).toBe(5);
    yield* sys.close(fd as number);
    expect((yield* call('ZFS_IOC_DESTROY', { name: 'tank/a/x' })).errno).toBe('');
    expect((yield* call('ZFS_IOC_DESTROY', { name: 'tank/a' })).errno).toBe('EBUSY');
    expect((yield* call('ZFS_IOC_POOL_EXPORT', { name: 'tank' })).errno).toBe('EBUSY');
    const snaps = new Map<string, NvValue>([
      ['snaps', { type: 'nvlist', value: new Map([['tank/a@1', { type: 'boolean' }]]) }],
    ]);
    expect((yield* call('ZFS_IOC_SNAPSHOT', { name: 'tank', source: snaps })).errno).toBe('');
    const snap = yield* call('ZFS_IOC_SNAPSHOT_LIST_NEXT', { name: 'tank/a' });
    expect(snap.command).toMatchObject({ value: '1', stats: { isSnapshot: true } });
    expect(yield* sys.umount('/var', false)).toBe(0);
    expect((yield* call('ZFS_IOC_POOL_EXPORT', { name: 'tank' })).errno).toBe('');
  });
});

test('what is changed is on disk five seconds later, without a sync', () => {
  const node = boot();
  program(node, function* (call, sys) {
    const config = group('root', leaf('/dev/dsk/c1t2d0'));
    yield* call('ZFS_IOC_POOL_CREATE', { name: 'tank', config });
    yield* sys.mount('tank', '/var', 'zfs', '');
    yield* sys.mkdir('/var/d', 0o755);
    const before = yield* call('ZFS_IOC_POOL_STATS', { name: 'tank' });
    yield* sys.nanosleep(6_000_000_000n);
    const after = yield* call('ZFS_IOC_POOL_STATS', { name: 'tank' });
    const txg = ({ command }: Answer): number =>
      nvGetNumber(command.config ?? new Map(), 'txg') ?? 0;
    expect(txg(after)).toBe(txg(before) + 1);
    yield* sys.nanosleep(20_000_000_000n);
    const later = yield* call('ZFS_IOC_POOL_STATS', { name: 'tank' });
    expect(txg(later)).toBe(txg(after));
  });
});

test('a user may look and not touch; nonsense is refused', () => {
  const node = boot();
  program(node, function* (call) {
    yield* call('ZFS_IOC_POOL_CREATE', { name: 'tank', config: mirror });
    expect((yield* call('ZFS_IOC_CREATE', { name: 'tank/a b$' })).errno).toBe('EINVAL');
    expect((yield* call('ZFS_IOC_CREATE', { name: 'nosuch/a' })).errno).toBe('ENOENT');
    const missing = group('root', leaf('/dev/dsk/c9t9d9'));
    expect((yield* call('ZFS_IOC_POOL_CREATE', { name: 'b', config: missing })).errno).toBe(
      'ENOENT',
    );
  });
  program(
    node,
    function* (call, sys) {
      expect((yield* call('ZFS_IOC_POOL_STATS', { name: 'tank' })).errno).toBe('');
      expect((yield* call('ZFS_IOC_CREATE', { name: 'tank/a' })).errno).toBe('EPERM');
      expect((yield* call('ZFS_IOC_POOL_DESTROY', { name: 'tank' })).errno).toBe('EPERM');
      const fd = yield* sys.open('/dev/zfs', 0);
      const result = yield* sys.ioctl(fd as number, ZFS_IOC_NUMBERS.ZFS_IOC_POOL_STATS, 5);
      expect(isErrno(result) && result.name).toBe('EFAULT');
    },
    100,
  );
});

test('files are devices too', () => {
  const node = bootHarness({});
  program(node, function* (call, sys) {
    const fd = yield* sys.open('/tmp/file', 0x102, 0o600);
    yield* sys.ftruncate(fd as number, 64 * MiB);
    yield* sys.close(fd as number);
    const config = group('root', leaf('/tmp/file', 'file'));
    expect((yield* call('ZFS_IOC_POOL_CREATE', { name: 'tank', config })).errno).toBe('');
    expect((yield* call('ZFS_IOC_POOL_EXPORT', { name: 'tank' })).errno).toBe('');
    const source = new Map<string, NvValue>([
      ['search', { type: 'string_array', value: ['/tmp'] }],
    ]);
    const found = yield* call('ZFS_IOC_POOL_TRYIMPORT', { source });
    expect(found.command.destination?.size).toBe(1);
  });
});
