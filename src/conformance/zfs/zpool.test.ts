/**
 * zpool on a kernel with memory disks: what it prints, word for word, and its exit statuses; and
 * genuine zdb on the disks afterwards.
 */
import { describe, expect, it } from 'vitest';
import { MiB } from '#base/units.ts';
import { ZPOOL } from '#cmd/zpool/zpool.ts';
import { bootHarness } from '#testing/node-harness.ts';
import { ZpoolMachine as Machine } from '#testing/zfs/zpool-machine.ts';

describe('zpool', () => {
  it('makes a mirror and shows it', () => {
    const m = new Machine();
    expect(m.ok('status')).toBe('no pools available\n');
    expect(m.ok('list')).toBe('no pools available\n');
    expect(m.ok('create tank mirror c1t0d0 c1t1d0')).toBe('');
    expect(m.ok('status')).toBe(
      `  pool: tank
 state: ONLINE
  scan: none requested
config:

\tNAME        STATE     READ WRITE CKSUM
\ttank        ONLINE       0     0     0
\t  mirror-0  ONLINE       0     0     0
\t    c1t0d0  ONLINE       0     0     0
\t    c1t1d0  ONLINE       0     0     0

errors: No known data errors
`,
    );
    const [header, line] = m.ok('list').split('\n');
    expect(header).toBe(
      'NAME   SIZE  ALLOC   FREE  CKPOINT  EXPANDSZ   FRAG    CAP  DEDUP    HEALTH  ALTROOT',
    );
    expect(line).toMatch(
      /^tank   112M  [ \d.]+K   112M {8}- {9}- {5}\d%     0%  1.00x    ONLINE  -$/,
    );
    expect(m.ok('list -H -o name,size,health')).toBe('tank\t112M\tONLINE\n');
    expect(m.ok('list -Hp -o size')).toBe('117440512\n');
    expect(m.ok('status -x')).toBe('all pools are healthy\n');
    expect(m.ok('status -x tank')).toBe("pool 'tank' is healthy\n");
    m.judge('tank', 0, 1);
  });

  it('lists vdevs', () => {
    const m = new Machine();
    m.ok('create tank raidz2 c1t0d0 c1t1d0 c1t2d0 c1t3d0');
    const lines = m.ok('list -v').trimEnd().split('\n');
    expect(lines.map((line) => line.slice(0, 10).trimEnd())).toEqual([
      'NAME',
      'tank',
      ' raidz2',
      '  c1t0d0',
      '  c1t1d0',
      '  c1t2d0',
      '  c1t3d0',
    ]);
    expect(lines[3]).toBe(
      '  c1t0d0        -      -      -        -         -      -      -      -    ONLINE',
    );
    expect(m.ok('iostat -v').split('\n').slice(0, 3)).toEqual([
      '              capacity     operations     bandwidth ',
      'pool        alloc   free   read  write   read  write',
      '----------  -----  -----  -----  -----  -----  -----',
    ]);
    m.judge('tank', 0, 1, 2, 3);
  });

  it('shows a layout without making it', () => {
    const m = new Machine();
    expect(m.ok('create -n tank mirror c1t0d0 c1t1d0 mirror c1t2d0 c1t3d0')).toBe(
      "would create 'tank' with the following layout:\n\n" +
        '\ttank\n\t  mirror\n\t    c1t0d0\n\t    c1t1d0\n\t  mirror\n\t    c1t2d0\n\t    c1t3d0\n',
    );
    expect(m.ok('list')).toBe('no pools available\n');
  });

  it('exports, finds and imports, by name, number and under a new name', () => {
    const m = new Machine();
    m.ok('create tank mirror c1t0d0 c1t1d0');
    const guid = m.ok('get -H -o value guid tank').trim();
    m.ok('export tank');
    expect(m.ok('import')).toBe(
      `   pool: tank
     id: ${guid}
  state: ONLINE
 action: The pool can be imported using its name or numeric identifier.
 config:

\ttank        ONLINE
\t  mirror-0  ONLINE
\t    c1t0d0  ONLINE
\t    c1t1d0  ONLINE
`,
    );
    m.ok('import tank');
    m.ok('export tank');
    m.ok(`import ${guid} lake`);
    expect(m.ok('list -H -o name')).toBe('lake\n');
    m.ok('destroy lake');
    expect(m.run('import').stderr).toBe('no pools available to import\n');
    expect(m.ok('import -D')).toContain('  state: ONLINE (DESTROYED)\n');
    m.ok('import -D -f lake');
    m.judge('lake', 0, 1);
  });

  it('imports without mounting, below another root, and for reading only', () => {
    const m = new Machine();
    m.ok('create -m /data tank c1t0d0');
    m.node.writeFile('/data/file', 'hello');
    expect(m.node.readFile('/etc/mnttab')).toMatch(/^tank\t\/data\tzfs\t/m);
    m.ok('export tank');
    m.ok('import -N tank');
    expect(m.node.readFile('/etc/mnttab')).not.toMatch(/^tank\t/m);
    m.ok('export tank');
    m.ok('import -R /a tank');
    expect(m.node.readFile('/a/data/file')).toBe('hello');
    expect(m.ok('get -H -o value altroot tank')).toBe('/a\n');
    m.ok('export tank');
    m.ok('import -o readonly=on tank');
    expect(m.node.readFile('/data/file')).toBe('hello');
    expect(m.ok('get -H -o value readonly tank')).toBe('on\n');
    expect(m.fails('set comment=x tank')).toBe(
      "cannot set property for 'tank': pool is read-only\n",
    );
    m.ok('export tank');
    m.ok('import tank');
    m.judge('tank', 0);
  });

  it('keeps properties and a history', () => {
    const m = new Machine();
    m.ok('create -o comment=mine -O compression=lz4 -O atime=off tank c1t0d0');
    expect(m.ok('get comment,failmode tank')).toBe(
      `NAME  PROPERTY  VALUE     SOURCE
tank  comment   mine      local
tank  failmode  wait      default
`,
    );
    m.ok('set failmode=continue tank');
    m.ok('autoexpand=on tank');
    m.ok('export tank');
    m.ok('import tank');
    expect(m.ok('get -H -o property,value,source failmode,autoexpand,comment tank')).toBe(
      'failmode\tcontinue\tlocal\nautoexpand\ton\tlocal\ncomment\tmine\tlocal\n',
    );
    const commands = m
      .ok('history tank')
      .split('\n')
      .map((line) => line.replace(/^\d{4}-\d\d-\d\d\.\d\d:\d\d:\d\d /, '# '));
    expect(commands).toEqual([
      "History for 'tank':",
      '# zpool create -o comment=mine -O compression=lz4 -O atime=off tank c1t0d0',
      '# zpool set failmode=continue tank',
      '# zpool autoexpand=on tank',
      '# zpool export tank',
      '# zpool import tank',
      '',
      '',
    ]);
    expect(m.ok('history -l tank')).toContain(
      ' zpool set failmode=continue tank [user 0 on harness:global]\n',
    );
    m.judge('tank', 0);
  });

  it('leaves features out, and enables them later', () => {
    const m = new Machine();
    m.ok('create -d tank c1t0d0');
    expect(m.ok('get -H -o value feature@lz4_compress tank')).toBe('disabled\n');
    expect(m.ok('status tank')).toContain(
      'status: Some supported features are not enabled on the pool. The pool can\n' +
        '\tstill be used, but some features are unavailable.\n',
    );
    expect(m.ok('upgrade')).toContain(
      'POOL  FEATURE\n---------------\ntank\n      async_destroy\n',
    );
    expect(m.ok('upgrade tank')).toContain("Enabled the following features on 'tank':\n");
    expect(m.ok('upgrade')).toContain(
      'Every feature flags pool has all supported features enabled.\n',
    );
    m.judge('tank', 0);
  });

  it('attaches, resilvers, scrubs and detaches', () => {
    const m = new Machine();
    m.ok('create tank c1t0d0');
    m.node.writeFile('/tank/file', 'x'.repeat(100_000));
    m.ok('attach tank c1t0d0 c1t1d0');
    m.node.run(function* (sys) {
      yield* sys.nanosleep(10_000_000_000n);
      return 0;
    });
    expect(m.ok('status tank')).toMatch(
      /^ {2}scan: resilvered \S+ in 0 days 00:00:\d\d with 0 errors on \w{3} \w{3} \d+ /m,
    );
    m.ok('scrub tank');
    expect(m.fails('scrub tank')).toBe(
      "cannot scrub tank: currently scrubbing; use 'zpool scrub -s' to cancel current scrub\n",
    );
    m.ok('scrub -s tank');
    expect(m.ok('status tank')).toContain('  scan: scrub canceled on ');
    expect(m.fails('scrub -s tank')).toBe(
      'cannot cancel scrubbing tank: there is no active scrub\n',
    );
    m.ok('detach tank c1t0d0');
    expect(m.fails('detach tank c1t1d0')).toBe(
      'cannot detach c1t1d0: only applicable to mirror and replacing vdevs\n',
    );
    expect(m.node.readFile('/tank/file').length).toBe(100_000);
    m.judge('tank', 1);
  });

  it('imports what is degraded, and says what is missing', () => {
    const m = new Machine();
    m.ok('create tank raidz1 c1t0d0 c1t1d0 c1t2d0');
    m.ok('export tank');
    const node = bootHarness({ disks: m.disks.slice(1, 3), commands: [ZPOOL] });
    const shown = node.run(['/usr/sbin/zpool', 'import']);
    expect(shown.stdout).toMatch(/^ {2}state: DEGRADED$/m);
    expect(shown.stdout).toContain(
      ' status: One or more devices are missing from the system.\n' +
        ' action: The pool can be imported despite missing or damaged devices.  The\n' +
        '\tfault tolerance of the pool may be compromised if imported.\n' +
        '   see: http://illumos.org/msg/ZFS-8000-2Q\n config:\n\n',
    );
    expect(shown.stdout).toMatch(/^\t {4}c1t0d0 +UNAVAIL {2}cannot open$/m);
    expect(node.run(['/usr/sbin/zpool', 'import', 'tank']).status).toBe(0);
    expect(node.run(['/usr/sbin/zpool', 'status', '-x']).stdout).toContain(
      "action: Attach the missing device and online it using 'zpool online'.\n" +
        '   see: http://illumos.org/msg/ZFS-8000-2Q\n',
    );
    const alone = bootHarness({ disks: m.disks.slice(2, 3), commands: [ZPOOL] });
    const refused = alone.run(['/usr/sbin/zpool', 'import', '-f', 'tank']);
    expect(refused).toMatchObject({
      status: 1,
      stderr: "cannot import 'tank': one or more devices is currently unavailable\n",
    });
  });
});

describe('zpool refuses', () => {
  it('what can not be', () => {
    const m = new Machine();
    m.ok('create tank c1t0d0');
    const fails = (line: string): string => m.fails(line);
    expect(fails('create tank c1t1d0')).toBe("cannot create 'tank': pool already exists\n");
    expect(fails('create lake c1t0d0')).toBe(
      'invalid vdev specification\n' +
        "use '-f' to override the following errors:\n" +
        '/dev/dsk/c1t0d0s0 is part of active ZFS pool tank. Please see zpool(8).\n',
    );
    expect(fails('create -f lake c1t0d0')).toBe(
      'invalid vdev specification\n' +
        'the following errors must be manually repaired:\n' +
        '/dev/dsk/c1t0d0s0 is part of active ZFS pool tank. Please see zpool(8).\n',
    );
    expect(fails('create lake c1t1d0 c1t1d0')).toBe(
      "cannot create 'lake': one or more vdevs refer to the same device\n",
    );
    expect(fails('create lake c9t9d9')).toBe(
      "cannot open 'c9t9d9': no such device in /dev/dsk\n" +
        'must be a full path or shorthand device name\n',
    );
    expect(fails('create lake /no/such')).toBe(
      "cannot open '/no/such': No such file or directory\n",
    );
    expect(fails('create lake /tmp')).toBe(
      "cannot use '/tmp': must be a block device or regular file\n",
    );
    expect(fails('create lake mirror c1t1d0')).toBe(
      'invalid vdev specification: mirror requires at least 2 devices\n',
    );
    expect(fails('create lake raidz3 c1t1d0 c1t2d0')).toBe(
      'invalid vdev specification: raidz3 requires at least 4 devices\n',
    );
    expect(fails('create lake c1t1d0 mirror c1t2d0 c1t3d0')).toBe(
      'invalid vdev specification\n' +
        "use '-f' to override the following errors:\n" +
        'mismatched replication level: both disk and mirror vdevs are present\n',
    );
    expect(fails('create lake/a c1t1d0')).toBe(
      "cannot create 'lake/a': invalid character '/' in pool name\n" +
        "use 'zfs create' to create a dataset\n",
    );
    expect(fails('create 1lake c1t1d0')).toBe(
      "cannot create '1lake': name must begin with a letter\npool name may have been omitted\n",
    );
    expect(fails('create mirror1 c1t1d0')).toBe(
      "cannot create 'mirror1': name is reserved\npool name may have been omitted\n",
    );
    expect(fails('create -m data lake c1t1d0')).toBe(
      "invalid mountpoint 'data': must be an absolute path, 'legacy', or 'none'\n",
    );
    expect(fails('create -o nosuch=1 lake c1t1d0')).toBe(
      "property 'nosuch' is not a valid pool property\n",
    );
    expect(fails('create -O nosuch=1 lake c1t1d0')).toBe(
      "cannot create 'lake': invalid property 'nosuch'\n",
    );
    expect(fails('status nosuch')).toBe("cannot open 'nosuch': no such pool\n");
    expect(fails('destroy tank/a')).toBe(
      "cannot open 'tank/a': invalid character '/' in pool name\n" +
        "use 'zfs destroy' to destroy a dataset\n",
    );
    expect(fails('import nosuch')).toBe("cannot import 'nosuch': no such pool available\n");
    expect(fails('set size=1 tank')).toBe("cannot set property for 'tank': 'size' is readonly\n");
    expect(fails('set failmode=never tank')).toBe(
      "cannot set property for 'tank': 'failmode' must be one of 'wait | continue | panic'\n",
    );
    expect(fails('attach tank c1t5d0 c1t1d0')).toBe(
      'cannot attach c1t1d0 to c1t5d0: no such device in pool\n',
    );
    expect(fails('labelclear c1t0d0')).toBe(
      '/dev/dsk/c1t0d0s0 is a member (ACTIVE) of pool "tank"\n',
    );
  });

  it('a device that is too small, and one that belongs to an exported pool', () => {
    const m = new Machine(2, 60 * MiB);
    expect(m.fails('create tank c1t0d0')).toBe(
      "cannot create 'tank': one or more devices is less than the minimum size (64M)\n",
    );
    const other = new Machine(1);
    other.ok('create tank c1t0d0');
    other.ok('export tank');
    expect(other.fails('create lake c1t0d0')).toContain(
      '/dev/dsk/c1t0d0s0 is part of exported or potentially active ZFS pool tank.',
    );
    expect(other.fails('labelclear c1t0d0')).toBe(
      "use '-f' to override the following error:\n" +
        '/dev/dsk/c1t0d0s0 is a member of exported pool "tank"\n',
    );
    other.ok('labelclear -f c1t0d0');
    other.ok('create lake c1t0d0');
  });

  it('wrong command lines, with its usage and status 2', () => {
    const m = new Machine(1);
    expect(m.misused('create')).toBe(
      'missing pool name argument\nusage:\n\tcreate [-fnd] [-B] [-o property=value] ... \n' +
        '\t    [-O file-system-property=value] ...\n' +
        '\t    [-m mountpoint] [-R root] [-t tempname] <pool> <vdev> ...\n',
    );
    expect(m.misused('create -z tank')).toMatch(/^invalid option 'z'\nusage:\n/);
    expect(m.misused('create -o')).toMatch(/^missing argument for 'o' option\nusage:\n/);
    expect(m.misused('nosuch')).toMatch(
      /^unrecognized command 'nosuch'\nusage: zpool command args \.\.\.\nwhere 'command' is/,
    );
    expect(m.misused('list -o nosuch')).toMatch(
      /^bad property list: invalid property 'nosuch'\nusage:\n/,
    );
    expect(m.misused('iostat 0')).toMatch(/^interval cannot be zero\n/);
    expect(m.misused('scrub')).toMatch(/^missing pool name argument\nusage:\n\tscrub /);
    expect(m.run('-?').stdout).toMatch(/^usage: zpool command args/);
    expect(m.misused('split tank lake')).toBe('zpool: split: not supported yet\n');
  });

  it('somebody who is not root', () => {
    const m = new Machine();
    m.ok('create tank c1t0d0');
    expect(m.run('list -H -o name', 100)).toMatchObject({ status: 0, stdout: 'tank\n' });
    expect(m.run('create lake c1t1d0', 100)).toMatchObject({
      status: 1,
      stderr: "cannot create 'lake': permission denied\n",
    });
    expect(m.run('scrub tank', 100)).toMatchObject({
      status: 1,
      stderr: 'cannot scrub tank: permission denied\n',
    });
    expect(m.run('import', 100)).toMatchObject({
      status: 1,
      stderr: 'cannot discover pools: permission denied\n',
    });
  });
});
