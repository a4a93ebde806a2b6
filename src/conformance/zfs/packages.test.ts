/**
 * Streams and packages through libzfs and /dev/zfs, as `zfs send` and `zfs receive` do it. Genuine ones
 * (made by genuine-job.sh in the judges' virtual machine) are received with the genuine messages;
 * ours are judged by genuine zstream and received again.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { nvBoolean, nvString, type NvList } from '#abi/illumos/nvpair.ts';
import { spaLoad } from '#kernel/fs/zfs/pool/spa-load.ts';
import { findPools } from '#kernel/fs/zfs/spa/spa-config.ts';
import { Checksums } from '#kernel/fs/zfs/zio/zio-checksum.ts';
import type { NativeMain } from '#kernel/syscall/sys.ts';
import { parseResumeToken } from '#lib/libzfs/resume-token.ts';
import { GenuineFiles } from '#testing/zfs/genuine.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';
import type { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { checkPool, checkStream, hasZdb } from '#testing/zfs/pool-kit.ts';
import { hasVm } from '#testing/zfs/vm-judge.ts';
import { ZfsNode } from '#testing/zfs/zfs-node.ts';

let files: GenuineFiles;
const genuine = (name: string): Uint8Array => files.bytes(`${name}.zsend`);

beforeAll(async () => {
  if (hasVm) files = await GenuineFiles.make();
}, 1_500_000);

const ONLY_23 = ['--no-feature-conservative'];

/** Files that differ from what was recorded as `recorded`, in the pool on `disk`. */
function differences(disk: MemoryDisk, wanted: Readonly<Record<string, string>>): string[] {
  const [found] = findPools([disk], new Checksums(nodeCodecs));
  if (found === undefined) return ['no pool'];
  const options = { codecs: nodeCodecs, arcLimitBytes: 32 * 2 ** 20, isReadOnly: true };
  const { dsl } = spaLoad(found, options);
  const bad: string[] = [];
  for (const [name, recorded] of Object.entries(wanted)) {
    const dataset = dsl.findDataset(name);
    const found = dataset === undefined ? ['missing'] : files.differences(dataset.objset, recorded);
    bad.push(...found.map((what) => `${name}: ${what}`));
  }
  return bad;
}

const created = (stderr: string): string => stderr.replaceAll(/\n$/g, '');

describe.skipIf(!hasZdb || !hasVm)('genuine packages (skipped: zdb or the machine missing)', () => {
  test('-R, then -R -I with renames and deletions', { timeout: 120_000 }, () => {
    const node = new ZfsNode(['rx']);
    const first = node.receive('rx/R', genuine('R1'), { isVerbose: true });
    expect(first).toMatchObject({ status: 0, stderr: '' });
    const receiving = first.stdout.split('\n').filter((line) => line.startsWith('receiving'));
    // Siblings come in the order of their directory, whose hash is new in every pool.
    expect(receiving[0]).toBe('receiving full stream of src/a@s1 into rx/R@s1');
    expect(receiving.toSorted()).toEqual(
      ['a', 'a/vol', 'a/gone', 'a/b']
        .flatMap((name) => [
          `receiving full stream of src/${name}@s1 into rx/R${name.slice(1)}@s1`,
          `receiving incremental stream of src/${name}@s2 into rx/R${name.slice(1)}@s2`,
        ])
        .toSorted(),
    );
    expect(node.props('rx/R')).toMatchObject({
      compression: [10n, '$recvd'],
      'com.example:colour': ['blue', '$recvd'],
    });
    expect(node.props('rx/R/b')).toMatchObject({ quota: [100n * 2n ** 20n, '$recvd'] });
    expect(node.props('rx/R@s1')).toMatchObject({ 'com.example:snap': ['yes', '$recvd'] });
    const second = node.receive('rx/R', genuine('R2'), { isVerbose: true, isForced: true });
    expect(second).toMatchObject({ status: 0, stderr: '' });
    const lines = second.stdout.split('\n').filter((line) => !line.startsWith('received'));
    const expectedLines = [
      ...['rx/R@s1', 'rx/R/b@s1'].flatMap((name) => [`attempting destroy ${name}`, 'success']),
      'attempting rename rx/R/b to rx/R/c',
      'success',
      ...['rx/R/gone@s1', 'rx/R/gone@s2', 'rx/R/gone', 'rx/R/vol@s1'].flatMap((name) => [
        `attempting destroy ${name}`,
        'success',
      ]),
      'receiving incremental stream of src/a@three into rx/R@three',
      'receiving incremental stream of src/a@s5 into rx/R@s5',
      'receiving incremental stream of src/a/vol@three into rx/R/vol@three',
      'receiving incremental stream of src/a/vol@s5 into rx/R/vol@s5',
      'receiving incremental stream of src/a/c@three into rx/R/c@three',
      'receiving incremental stream of src/a/c@s5 into rx/R/c@s5',
      'receiving full stream of src/a/new@s5 into rx/R/new@s5',
      'local fs rx/R/new does not have fromsnap (s2 in stream); ' +
        'must have been deleted locally; ignoring',
      '',
    ];
    expect(lines.toSorted()).toEqual(expectedLines.toSorted());
    expect(node.list('rx/R')).toEqual([
      'rx/R',
      'rx/R@s2',
      'rx/R@three',
      'rx/R@s5',
      'rx/R/c',
      'rx/R/c@s2',
      'rx/R/c@three',
      'rx/R/c@s5',
      'rx/R/new',
      'rx/R/new@s5',
      'rx/R/vol',
      'rx/R/vol@s2',
      'rx/R/vol@three',
      'rx/R/vol@s5',
    ]);
    // What is no more in the stream is received no more.
    expect(node.props('rx/R')).toMatchObject({ compression: [3n, '$recvd'] });
    expect(node.props('rx/R')).not.toHaveProperty(['com.example:colour']);
    const disk = node.exported('rx');
    const wanted = { 'rx/R@s2': 'src/a@s2', 'rx/R@three': 'src/a@s3', 'rx/R': 'src/a@s5' };
    const below = { 'rx/R/c@s2': 'src/a/b@s2', 'rx/R/c': 'src/a/c@s5', 'rx/R/new': 'src/a/new@s5' };
    expect(differences(disk, { ...wanted, ...below })).toEqual([]);
    expect(checkPool([disk], 'rx', ONLY_23)).toEqual([]);
  });

  test('every other kind, and what genuine zfs says when it can not be', {
    timeout: 120_000,
  }, () => {
    const node = new ZfsNode(['rx']);
    const fails = (goal: string, stream: Uint8Array, flags = {}): string => {
      const { status, stderr } = node.receive(goal, stream, flags);
      return status === 1 ? created(stderr) : `status ${status}`;
    };
    const works = (goal: string, name: string, flags = {}): void => {
      const got = node.receive(goal, genuine(name), flags);
      expect(got).toMatchObject({ status: 0, stderr: '' });
    };
    const fresh = 'cannot receive new filesystem stream: ';
    const increment = 'cannot receive incremental stream: ';
    expect(fails('rx/none/x', genuine('full1'))).toBe(
      `cannot open 'rx/none': dataset does not exist\n${fresh}unable to restore to destination`,
    );
    expect(fails('rx/full', genuine('I'))).toBe(`${increment}destination 'rx/full' does not exist`);
    works('rx/full', 'full1');
    expect(fails('rx/full', genuine('full1'))).toBe(
      `${fresh}destination 'rx/full' exists\nmust specify -F to overwrite it`,
    );
    expect(fails('rx/full', genuine('full1'), { isForced: true })).toBe(
      `${fresh}destination has snapshots (eg. rx/full@s1)\nmust destroy them to overwrite it`,
    );
    node.mounted('rx/full', touch('/mnt/mod'));
    expect(fails('rx/full', genuine('bookmark'))).toBe(
      `${increment}destination rx/full has been modified\nsince most recent snapshot`,
    );
    works('rx/full', 'bookmark', { isForced: true });
    const again = node.receive('rx/full', genuine('bookmark'), { isVerbose: true });
    expect(again).toMatchObject({ status: 0, stderr: '' });
    expect(again.stdout).toContain('snap rx/full@s3 already exists; ignoring\n');
    works('rx/cl', 'clone');
    expect(node.props('rx/cl')).toMatchObject({ origin: ['rx/full@s3', ''] });
    works('rx/I', 'full1');
    works('rx/I', 'I');
    for (const name of ['c', 'e', 'L', 'Lec']) works(`rx/${name}`, name);
    works('rx', 'p', { isPrefix: true, isTail: true });
    const props: NvList = new Map([
      ['compression', nvBoolean()],
      ['com.example:x', nvString('1')],
    ]);
    works('rx/p', 'p', { props });
    expect(node.props('rx/p')).toMatchObject({ 'com.example:x': ['1', 'rx/p'] });
    expect(node.props('rx/p')['compression']?.[1]).not.toBe('$recvd');
    const full = genuine('full1');
    const cut = full.subarray(0, 20_000);
    expect(fails('rx/cut', cut)).toBe(`${fresh}checksum mismatch or incomplete stream`);
    const damaged = full.slice();
    damaged.fill(0x55, 50_000, 50_100);
    expect(fails('rx/cut', damaged)).toBe(`${fresh}checksum mismatch or incomplete stream`);
    expect(fails('rx/cut', full.subarray(1000))).toBe(
      'cannot receive: invalid stream (bad magic number)',
    );
    expect(fails('rx/cut', full.subarray(0, 0))).toBe('cannot receive: failed to read from stream');
    expect(node.list('rx').filter((name) => name.includes('cut'))).toEqual([]);
    const disk = node.exported('rx');
    expect(
      differences(disk, {
        'rx/full@s1': 'src/a@s1',
        'rx/full': 'src/a@s3',
        'rx/cl': 'src/cl@s4',
        'rx/I@s2': 'src/a@s2',
        'rx/I': 'src/a@s3',
        'rx/c': 'src/a@s3',
        'rx/e': 'src/a@s3',
        'rx/L': 'src/L@s1',
        'rx/Lec': 'src/L@s1',
        'rx/a': 'src/a@s2',
      }),
    ).toEqual([]);
    expect(checkPool([disk], 'rx', ONLY_23)).toEqual([]);
  });

  test('a stream that broke off is gone on with', { timeout: 120_000 }, () => {
    const node = new ZfsNode(['rx']);
    const cut = node.receive('rx/part', genuine('cut3'), { isResumable: true });
    expect(cut.status).toBe(1);
    const token = /zfs send -t (\S+)/.exec(cut.stderr)?.[1] ?? '';
    const state = parseResumeToken(token) as NvList;
    expect(state.get('toname')).toEqual(nvString('src/a@s3'));
    expect(node.list('rx')).toEqual(['rx', 'rx/part']);
    // The genuine token and ours are of the same stream cut at the same byte.
    const theirs = parseResumeToken(files.text('token')) as NvList;
    expect(state.get('toguid')).toEqual(theirs.get('toguid'));
    const whole = new ZfsNode(['src']);
    expect(whole.receive('src/a', genuine('c'))).toMatchObject({ status: 0 });
    const rest = whole.sendResume(token, { isVerbose: true });
    expect(rest).toMatchObject({ status: 0 });
    expect(rest.stderr).toContain('resume token contents:\nnvlist version: 0\n\tobject = 0x');
    expect(checkStream(rest.stdoutBytes)).toEqual([]);
    expect(node.receive('rx/part', rest.stdoutBytes)).toMatchObject({ status: 0, stderr: '' });
    const disk = node.exported('rx');
    expect(differences(disk, { 'rx/part': 'src/a@s3' })).toEqual([]);
    expect(checkPool([disk], 'rx', ONLY_23)).toEqual([]);
  });
});

/** Makes an empty file. */
function touch(path: string): NativeMain {
  return function* main(sys) {
    const fd = yield* sys.open(path, 0x102, 0o644);
    if (typeof fd !== 'number') return 1;
    yield* sys.close(fd);
    return 0;
  };
}
