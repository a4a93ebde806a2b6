/** zfs send, receive, userspace and upgrade on the command line, judged by genuine zdb. */
import { describe, expect, it } from 'vitest';
import { Machine } from '#testing/zfs/command-machine.ts';

describe('zfs send and receive', () => {
  it('carry a tree from pool to pool', () => {
    const m = new Machine(['tank', 'pond']);
    m.ok('create -o foo:bar=baz tank/a');
    m.ok('create tank/a/b');
    m.node.writeFile('/tank/a/b/file', 'hello');
    m.ok('snapshot -r tank/a@s1');
    m.node.writeFile('/tank/a/b/file', 'again');
    m.ok('snapshot -r tank/a@s2');
    expect(m.ok('send -nv tank/a@s1')).toMatch(
      /^full send of tank\/a@s1 estimated size is \S+\ntotal estimated size is \S+\n$/,
    );
    const package1 = m.run('send -R tank/a@s1').stdoutBytes;
    m.ok('receive pond/a', package1);
    expect(m.node.readFile('/pond/a/b/file')).toBe('hello');
    expect(m.ok('get -H -o value,source foo:bar pond/a')).toBe('baz\treceived\n');
    const package2 = m.run('send -R -I @s1 tank/a@s2').stdoutBytes;
    m.ok('receive -F pond/a', package2);
    expect(m.node.readFile('/pond/a/b/file')).toBe('again');
    expect(m.names('-t snapshot -r pond')).toEqual([
      'pond/a@s1',
      'pond/a@s2',
      'pond/a/b@s1',
      'pond/a/b@s2',
    ]);
    const cut = package1.subarray(0, package1.length / 2);
    expect(m.run('receive pond/cut', cut)).toMatchObject({ status: 1 });
    expect(m.fails('list pond/cut/b')).toContain('dataset does not exist');
    expect(m.fails('send tank/a@nosuch')).toContain('does not exist');
    m.judge();
  });
});

describe('zfs userspace and upgrade', () => {
  it('show who has how much', () => {
    const m = new Machine();
    m.ok('create tank/a');
    m.node.writeFile('/tank/a/f', { content: 'x'.repeat(100_000), uid: 77, gid: 7 });
    m.node.run(function* sync(sys) {
      yield* sys.sync();
      return 0;
    });
    m.ok('set userquota@77=1M tank/a');
    expect(m.ok('userspace -H -o name,quota tank/a')).toBe('77\t1M\nroot\tnone\n');
    expect(m.ok('userspace tank/a')).toMatch(/^TYPE {8}NAME {2} *USED {2}QUOTA\nPOSIX User /);
    expect(m.ok('groupspace -H -o type,name tank/a')).toContain('POSIX Group\t7\n');
    expect(m.ok('get -H -o value userquota@77 tank/a')).toBe('1M\n');
    expect(m.ok('get -H -p -o value userused@77 tank/a')).toMatch(/^\d+\n$/);
    m.judge();
  });

  it('know the versions', () => {
    const m = new Machine();
    expect(m.ok('upgrade')).toBe(
      'This system is currently running ZFS filesystem version 5.\n\n' +
        'All filesystems are formatted with the current version.\n',
    );
    expect(m.ok('upgrade -v')).toContain(' 5   System attributes\n');
  });
});
