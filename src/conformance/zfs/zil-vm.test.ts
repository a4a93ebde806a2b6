/**
 * Logs between us and genuine ZFS: a pool that we crashed is imported by the kernel module, whose
 * replay brings all that we had acknowledged; and a pool whose log the kernel module filled (it was
 * frozen, so that nothing else could be written) is replayed by us.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { O_DSYNC } from '#abi/illumos/fcntl.ts';
import { spaCreate } from '#kernel/fs/zfs/pool/spa-create.ts';
import { spaExport, spaOpen } from '#kernel/fs/zfs/pool/spa-open.ts';
import type { Spa } from '#kernel/fs/zfs/pool/spa.ts';
import { mountDataset } from '#kernel/fs/zfs/pool/zfs-mount.ts';
import { findPools } from '#kernel/fs/zfs/spa/spa-config.ts';
import { Checksums } from '#kernel/fs/zfs/zio/zio-checksum.ts';
import type { ZfsVfs } from '#kernel/fs/zfs/zpl/zfs-vfs.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import { isWouldBlock, type WouldBlock } from '#kernel/disp/wait.ts';
import { SeededRandom } from '#testing/sim/random.ts';
import { contextOf, credentials, makeVfsFixture } from '#testing/vfs-fixture.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';
import { checkPool, saveDisks, testHost } from '#testing/zfs/pool-kit.ts';
import { disksFrom, hasVm, runVm } from '#testing/zfs/vm-judge.ts';

const MiB = 2 ** 20;
const ROOT = contextOf(credentials(0, 0));
const SYNC = { ...ROOT, fileFlags: O_DSYNC };
const FILE = { type: 'VREG', mode: 0o644 } as const;
const DIR = { type: 'VDIR', mode: 0o755 } as const;

function good<T>(result: T | Errno | WouldBlock): T {
  if (isErrno(result)) throw new Error(result.name);
  if (isWouldBlock(result)) throw new Error('would block');
  return result;
}

function mount(spa: Spa, name: string): ZfsVfs {
  const dataset = spa.dsl.findDataset(name);
  if (dataset === undefined) throw new Error('no dataset');
  return mountDataset(spa, dataset, 7, makeVfsFixture().special, false);
}

/** sha256sum's lines for all plain files. */
function sumsOf(vfs: ZfsVfs): string[] {
  const lines: string[] = [];
  const walk = (directory: number, path: string): void => {
    for (const { name, object, type } of vfs.fs.entries(directory)) {
      if (type === 4) walk(object, `${path}/${name}`);
      if (type !== 8) continue;
      const bytes = vfs.fs.read(object, 0, vfs.fs.attributes(object).sizeBytes);
      lines.push(`${createHash('sha256').update(bytes).digest('hex')}  ${path}/${name}`);
    }
  };
  walk(vfs.fs.rootObject, '.');
  return lines.sort(byPath);
}

/** Runs in the guest: replays ours, and fills a log of its own. */
const JOB = `
O=$PWD/out; bad=0
say() { echo "$1 $2" | tee -a $O/verdict; [ "$1" = ok ] || bad=1; }
zpool import -d ours -f -R /mnt tank && say ok import || say FAIL import
( cd /mnt/tank && find . -type f -exec sha256sum {} + | sort -k2 ) > $O/ours.sums
( cd /mnt/tank && readlink soft; ls -l dir/hard | awk '{ print $2 }' ) > $O/ours.facts
zpool scrub -w tank; zpool status -v tank > $O/status
grep -q 'with 0 errors' $O/status && say ok scrub || say FAIL scrub
echo more > /mnt/tank/more; zpool export tank && say ok export || say FAIL export
zdb -e -p ours -bcc tank > $O/zdb 2>&1
grep -q 'No leaks (block sum matches' $O/zdb && say ok leaks || say FAIL leaks
mkdir $O/ours $O/theirs; cp ours/d0.img $O/ours
f=; for n in lz4_compress async_destroy empty_bpobj spacemap_histogram enabled_txg hole_birth \\
  extensible_dataset embedded_data; do f="$f -o feature@$n=enabled"; done
truncate -s 64M z.img
zpool create -d $f -o ashift=9 -O atime=off -R /mnt z $PWD/z.img || say FAIL create
m=/mnt/z
dd if=/dev/zero of=$m/probe bs=1 count=1 conv=fsync 2>/dev/null
zpool sync z; zpool freeze z; zfs set sync=always z
mkdir $m/dir
for i in 1 2 3; do
  dd if=/dev/urandom of=$m/dir/small$i bs=1000 count=$i conv=fsync 2>/dev/null
done
dd if=/dev/urandom of=$m/big bs=100k count=3 conv=fsync 2>/dev/null
dd if=/dev/urandom of=$m/sync bs=131072 count=3 oflag=sync 2>/dev/null
ln $m/big $m/dir/hard; ln -s dir/small1 $m/soft
mv $m/dir/small2 $m/moved; rm $m/dir/small3; mknod $m/fifo p; sync $m/big
( cd $m && find . -type f -exec sha256sum {} + | sort -k2 ) > $O/sums
cp z.img $O/theirs
exit $bad
`;

/** Work that is in the log only, and nothing in it that Linux reads in another way (setattr). */
function fillLog(vfs: ZfsVfs): void {
  const root = vfs.root();
  const random = new SeededRandom(5);
  const dir = good(root.mkdir('dir', DIR, ROOT));
  for (let n = 0; n < 12; n += 1) {
    const file = good(dir.create(`file${n}`, FILE, true, ROOT));
    const data = new Uint8Array(1 + n * n * 2500);
    random.fill(data);
    good(file.write(0, data, n % 2 === 0 ? SYNC : ROOT));
    if (n % 3 === 0) good(file.setattr({ sizeBytes: n * 1000 }, ROOT));
    good(file.fsync(ROOT));
  }
  good(root.symlink('soft', 'dir/file5', FILE, ROOT));
  good(dir.link(good(dir.lookup('file7', ROOT)), 'hard', ROOT));
  good(dir.rename('file3', root, 'renamed', ROOT));
  good(dir.rename('file1', dir, 'file2', ROOT));
  good(dir.remove('file4', ROOT));
  good(root.mkdir('empty', DIR, ROOT));
  good(root.rmdir('empty', ROOT));
  good(root.fsync(ROOT));
}

test.runIf(hasVm)(
  'logs are replayed by each other (skipped: VM missing)',
  { timeout: 400_000 },
  async () => {
    const disk = new MemoryDisk('d0', 64 * MiB);
    const spa = spaCreate('tank', [{ kind: 'file', device: disk, path: '/d0' }], testHost());
    const vfs = mount(spa, 'tank');
    good(good(vfs.root().create('first', FILE, true, ROOT)).fsync(ROOT));
    const { txg } = spa;
    fillLog(vfs);
    expect(spa.txg).toBe(txg);
    const folder = saveDisks([disk]);
    const input = join(folder, 'in');
    mkdirSync(join(input, 'ours'), { recursive: true });
    renameSync(join(folder, 'd0.img'), join(input, 'ours', 'd0.img'));
    try {
      writeFileSync(join(folder, 'job.sh'), JOB);
      const out = join(folder, 'out');
      expect(await runVm(input, out, join(folder, 'job.sh'))).toEqual([]);
      const read = (name: string): string => readFileSync(join(out, name), 'utf8');
      expect(read('ours.sums').trim().split('\n')).toEqual(sumsOf(vfs));
      expect(read('ours.facts').trim().split('\n')).toEqual(['dir/file5', '2']);
      expect(reopened(join(out, 'ours'), 'tank')).toEqual(
        sumsOf(vfs).concat(sumOfText('more\n', './more')).sort(byPath),
      );
      expect(reopened(join(out, 'theirs'), 'z')).toEqual(read('sums').trim().split('\n'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

const byPath = (a: string, b: string): number => (a.slice(66) < b.slice(66) ? -1 : 1);

function sumOfText(text: string, path: string): string {
  return `${createHash('sha256').update(text).digest('hex')}  ${path}`;
}

/** Opens what came back, has it judged, and answers what is in it. */
function reopened(path: string, name: string): string[] {
  const disks = disksFrom(path);
  const [found] = findPools(disks, new Checksums(nodeCodecs));
  if (found === undefined) throw new Error(`no pool in ${path}`);
  const spa = spaOpen(found, testHost(3));
  const sums = sumsOf(mount(spa, name));
  spaExport(spa);
  expect(checkPool(disks, name, ['--exported'])).toEqual([]);
  return sums;
}
