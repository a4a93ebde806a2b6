/**
 * zfs on a kernel with memory disks: what it prints, word for word, and its exit statuses; and
 * genuine zdb on the disks afterwards.
 */
import { describe, expect, it } from 'vitest';
import { O_CREAT, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { EROFS, isErrno } from '#kernel/os/errno.ts';
import type { RunOutcome } from '#testing/node-harness.ts';
import { Machine } from '#testing/zfs/command-machine.ts';

describe('zfs create and list', () => {
  it('makes file systems and volumes, mounts them and lists them', () => {
    const m = new Machine();
    m.ok('create tank/a');
    m.ok('create -o compression=lz4 -o mountpoint=/data tank/b');
    m.ok('create -p tank/x/y');
    m.ok('create -p tank/x/y');
    m.ok('create -s -V 1G -b 16K tank/sparse');
    expect(m.ok('list -o name,type,volsize,mountpoint')).toBe(
      [
        'NAME         TYPE        VOLSIZE  MOUNTPOINT',
        'tank         filesystem        -  /tank',
        'tank/a       filesystem        -  /tank/a',
        'tank/b       filesystem        -  /data',
        'tank/sparse  volume           1G  -',
        'tank/x       filesystem        -  /tank/x',
        'tank/x/y     filesystem        -  /tank/x/y',
        '',
      ].join('\n'),
    );
    expect(m.ok('mount')).toBe(
      [
        'tank                            /tank',
        'tank/a                          /tank/a',
        'tank/b                          /data',
        'tank/x                          /tank/x',
        'tank/x/y                        /tank/x/y',
        '',
      ].join('\n'),
    );
    expect(m.ok('list')).toMatch(/^NAME {10}USED {2}AVAIL {2}REFER {2}MOUNTPOINT\ntank {2}/);
    expect(m.names('-r tank/x')).toEqual(['tank/x', 'tank/x/y']);
    expect(m.names('-d 1 tank')).toHaveLength(5);
    expect(m.names('-t volume')).toEqual(['tank/sparse']);
    expect(m.ok('list -H -p -o used tank/a')).toMatch(/^\d+\n$/);
    expect(m.ok('list -H -o name /data')).toBe('tank/b\n');
    expect(m.ok('list -o space tank/a')).toMatch(
      /^NAME +AVAIL +USED +USEDSNAP +USEDDS +USEDREFRESERV +USEDCHILD\n/,
    );
    expect(m.ok('create -n -v tank/dry')).toBe('would create tank/dry\n');
    expect(m.fails('list tank/dry')).toBe("cannot open 'tank/dry': dataset does not exist\n");
    m.judge();
  });

  it('makes a mounted file system read-only, and writable again', () => {
    const m = new Machine();
    const make = (path: string): RunOutcome =>
      m.node.run(function* create(sys) {
        const fd = yield* sys.open(path, O_CREAT | O_WRONLY, 0o644);
        return isErrno(fd) ? fd.number : 0;
      });
    m.ok('create tank/a');
    m.ok('set readonly=on tank/a');
    expect(make('/tank/a/x').status).toBe(EROFS.number);
    m.ok('inherit readonly tank/a');
    expect(make('/tank/a/x').status).toBe(0);
    m.ok('unmount tank/a');
    m.ok('mount -o ro tank/a');
    expect(make('/tank/a/y').status).toBe(EROFS.number);
    m.judge();
  });

  it('says why a dataset can not be made', () => {
    const m = new Machine();
    m.ok('create tank/a');
    m.ok('create -V 1M tank/vol');
    const long = 'x'.repeat(260);
    for (const [line, why] of [
      ['create tank/a', "'tank/a': dataset already exists"],
      ['create nosuch/a', "'nosuch/a': no such pool 'nosuch'"],
      ['create tank/no/a', "'tank/no/a': parent does not exist"],
      ['create tank/vol/a', "'tank/vol/a': parent is not a filesystem"],
      ['create tank/a@b', "'tank/a@b': snapshot delimiter '@' is not expected here"],
      ['create tank/a$b', "'tank/a$b': invalid character '$' in name"],
      ['create tank//b', "'tank//b': empty component in name"],
      ['create tank/b/', "'tank/b/': trailing slash in name"],
      [`create tank/${long}`, `'tank/${long}': name is too long`],
      ['create other', "'other': missing dataset name"],
      ['create -o bogus=1 tank/c', "'tank/c': invalid property 'bogus'"],
      ['create -o used=1 tank/c', "'tank/c': 'used' is readonly"],
      [
        'create -o volsize=1M tank/c',
        "'tank/c': 'volsize' does not apply to datasets of this type",
      ],
      [
        'create -V 1000 tank/c',
        "'tank/c': 'volsize' must be a multiple of volume block size (8192)",
      ],
      ['create -V 1G tank/c', "'tank/c': out of space"],
      ['clone tank/a@no tank/c', ''],
    ] as const) {
      if (why !== '') expect(m.fails(line)).toBe(`cannot create ${why}\n`);
    }
    expect(m.fails('clone tank/a@no tank/c')).toBe(
      "cannot open 'tank/a@no': dataset does not exist\n",
    );
    expect(m.fails('create -V x tank/c')).toBe("bad volume size 'x': bad numeric value 'x'\n");
    expect(m.fails('create', 2)).toMatch(
      /^missing filesystem argument\nusage:\n\tcreate \[-Pnpv\]/,
    );
    expect(m.fails('create -z tank/c', 2)).toMatch(/^invalid option 'z'\nusage:\n/);
    expect(m.fails('create -o tank/c', 2)).toMatch(/^missing '=' for property=value argument\n/);
  });

  it('explains itself', () => {
    const m = new Machine();
    const all = m.ok('-?');
    expect(all).toMatch(
      /^usage: zfs command args \.\.\.\nwhere 'command' is one of the following:\n\n\tcreate /,
    );
    expect(all).toContain('\nEach dataset is of the form: pool/[dataset/]*dataset[@name]\n');
    expect(m.fails('bogus', 2)).toBe(`unrecognized command 'bogus'\n${all}`);
    expect(m.fails('list -t foo', 2)).toMatch(/^invalid type 'foo'\nusage:\n\tlist \[-Hp\]/);
    expect(m.fails('list -d x', 2)).toMatch(/^x is not an integer\n/);
    expect(m.fails('get bogus tank', 2)).toMatch(
      /^bad property list: invalid property 'bogus'\nusage:\n\tget \[-rHp\]/,
    );
    for (const word of ['allow tank', 'share -a', 'program tank f', 'unallow tank']) {
      expect(m.fails(word, 2)).toMatch(/^zfs: \w+: not supported yet\n$/);
    }
    expect(m.fails('load-key -a', 2)).toBe('zfs: encryption: not supported yet\n');
  });
});

describe('zfs get, set and inherit', () => {
  it('show values with their sources', () => {
    const m = new Machine();
    m.ok('create tank/a');
    m.ok('create tank/a/b');
    m.ok('set compression=lz4 tank/a');
    m.ok('set foo:bar=baz tank/a');
    expect(m.ok('get compression,atime,foo:bar tank/a/b')).toBe(
      [
        'NAME      PROPERTY     VALUE     SOURCE',
        'tank/a/b  compression  lz4       inherited from tank/a',
        'tank/a/b  atime        on        default',
        'tank/a/b  foo:bar      baz       inherited from tank/a',
        '',
      ].join('\n'),
    );
    expect(m.ok('get -r -H -o name,value -s local compression tank')).toBe('tank/a\tlz4\n');
    expect(m.ok('get -H -o value quota,reservation tank/a')).toBe('none\nnone\n');
    m.ok('set quota=10M tank/a');
    expect(m.ok('get -H -o value quota tank/a')).toBe('10M\n');
    expect(m.ok('get -H -p -o value quota tank/a')).toBe('10485760\n');
    m.ok('inherit compression tank/a');
    expect(m.ok('get -H -o value,source compression tank/a/b')).toBe('off\tdefault\n');
    const all = m.ok('get -H -o property all tank/a').split('\n');
    expect(all.slice(0, 3)).toEqual(['type', 'creation', 'used']);
    expect(all).toContain('foo:bar');
    expect(all).not.toContain('volsize');
    expect(m.ok('get -H -o value mounted,version,guid tank/a')).toMatch(/^yes\n5\n\d{10,}\n$/);
    m.judge();
  });

  it('say what can not be', () => {
    const m = new Machine();
    m.ok('create tank/a');
    m.ok('snapshot tank/a@s');
    for (const [line, why] of [
      ['compression=bogus tank/a', /^'compression' must be one of 'on \| off /],
      ['quota=0 tank/a', /^use 'none' to disable quota\/refquota$/],
      ['quota=1K tank/a', /^size is less than current used or reserved space$/],
      ['reservation=1T tank/a', /^size is greater than available space$/],
      ['used=1 tank/a', /^'used' is readonly$/],
      ['recordsize=1000 tank/a', /^'recordsize' must be power of 2 from 512B to 1024KB$/],
      ['mountpoint=foo tank/a', /^'foo' must be an absolute path, 'none', or 'legacy'$/],
      ['bogus=1 tank/a', /^invalid property 'bogus'$/],
      ['casesensitivity=mixed tank/a', /^'casesensitivity' is readonly$/],
      ['compression=on tank/a@s', /^this property can not be modified for snapshots$/],
    ] as const) {
      const name = line.split(' ')[1] ?? '';
      const head = `cannot set property for '${name}': `;
      const text = m.fails(`set ${line}`);
      expect(text.slice(0, head.length)).toBe(head);
      expect(text.slice(head.length, -1)).toMatch(why);
    }
    expect(m.fails('set compression tank/a', 2)).toMatch(/^missing property=value argument/);
    expect(m.fails('inherit quota tank/a')).toBe(
      "'quota' property cannot be inherited\nuse 'zfs set quota=none' to clear\n" +
        "use 'zfs inherit -S quota' to revert to received value\n",
    );
    expect(m.fails('inherit used tank/a')).toBe('used property is read-only\n');
  });

  it('move mounts with their mount points', () => {
    const m = new Machine();
    m.ok('create -p tank/a/b');
    m.ok('set mountpoint=/here tank/a');
    expect(m.ok('mount')).toContain('tank/a/b                        /here/b\n');
    m.ok('set mountpoint=none tank/a');
    expect(m.ok('mount')).toBe('tank                            /tank\n');
    expect(m.fails('mount tank/a')).toBe("cannot mount 'tank/a': no mountpoint set\n");
    m.ok('set mountpoint=legacy tank/a');
    expect(m.fails('mount tank/a')).toBe(
      "cannot mount 'tank/a': legacy mountpoint\nuse mount(8) to mount this filesystem\n",
    );
    m.ok('inherit mountpoint tank/a');
    expect(m.ok('mount')).toContain('tank/a/b                        /tank/a/b\n');
    expect(m.fails('mount tank/a')).toBe("cannot mount 'tank/a': filesystem already mounted\n");
    expect(m.fails('unmount tank/a')).toBe("cannot unmount '/tank/a': Device busy\n");
    m.ok('unmount tank/a/b');
    expect(m.fails('unmount tank/a/b')).toBe("cannot unmount 'tank/a/b': not currently mounted\n");
    m.ok('set canmount=off tank/a/b');
    expect(m.fails('mount tank/a/b')).toBe(
      "cannot mount 'tank/a/b': 'canmount' property is set to 'off'\n",
    );
    expect(m.fails('unmount /nosuch')).toBe(
      "cannot unmount '/nosuch': No such file or directory\n",
    );
    m.ok('unmount -a');
    expect(m.ok('mount')).toBe('');
    m.ok('mount -a');
    expect(m.ok('mount').split('\n')).toHaveLength(3);
  });
});

describe('zfs snapshot, clone, rollback, promote, rename, destroy', () => {
  it('do what they say', () => {
    const m = new Machine();
    m.ok('create tank/a');
    m.node.writeFile('/tank/a/file', 'one');
    m.ok('snapshot tank/a@s1');
    m.node.writeFile('/tank/a/file', 'two');
    m.ok('rollback tank/a@s1');
    expect(m.node.readFile('/tank/a/file')).toBe('one');
    m.ok('snapshot -r tank@all');
    m.ok('clone tank/a@s1 tank/c');
    expect(m.node.readFile('/tank/c/file')).toBe('one');
    expect(m.ok('get -H -o value origin tank/c')).toBe('tank/a@s1\n');
    m.ok('promote tank/c');
    expect(m.ok('get -H -o value origin tank/a')).toBe('tank/c@s1\n');
    m.ok('rename tank/c tank/d');
    expect(m.node.readFile('/tank/d/file')).toBe('one');
    m.ok('rename tank/d@s1 first');
    m.ok('rename -r tank@all every');
    expect(m.names()).toEqual([
      'tank',
      'tank@every',
      'tank/a',
      'tank/a@every',
      'tank/d',
      'tank/d@first',
    ]);
    m.ok('bookmark tank/d@first #mark');
    expect(m.names('-t bookmark')).toEqual(['tank/d#mark']);
    m.ok('destroy tank/d#mark');
    expect(m.ok('destroy -nv tank@every')).toMatch(
      /^would destroy tank@every\nwould reclaim \S+\n$/,
    );
    m.ok('destroy -r tank@every');
    expect(m.ok('destroy -nvp -R tank/d')).toBe(
      'destroy\ttank/a\ndestroy\ttank/d@first\ndestroy\ttank/d\n',
    );
    m.ok('destroy -R tank/d');
    expect(m.names()).toEqual(['tank']);
    m.judge();
  });

  it('destroy ranges of snapshots', () => {
    const m = new Machine();
    m.ok('create tank/a');
    for (const name of ['1', 'x', '2', '3', '4', '5']) m.ok(`snapshot tank/a@${name}`);
    m.ok('destroy tank/a@2%4,x');
    expect(m.names('-t snapshot')).toEqual(['tank/a@1', 'tank/a@5']);
    m.ok('destroy tank/a@%');
    expect(m.names('-t snapshot')).toEqual([]);
    m.judge();
  });

  it('refuse what something else depends on', () => {
    const m = new Machine(['tank', 'pond']);
    m.ok('create tank/a');
    m.ok('create tank/a/b');
    m.ok('snapshot tank/a@s1');
    m.ok('snapshot tank/a@s2');
    expect(m.fails('destroy tank/a')).toBe(
      "cannot destroy 'tank/a': filesystem has children\n" +
        "use '-r' to destroy the following datasets:\ntank/a/b\ntank/a@s1\ntank/a@s2\n",
    );
    expect(m.fails('destroy tank')).toBe(
      "cannot destroy 'tank': operation does not apply to pools\n" +
        "use 'zfs destroy -r tank' to destroy all datasets in the pool\n" +
        "use 'zpool destroy tank' to destroy the pool itself\n",
    );
    expect(m.fails('rollback tank/a@s1')).toBe(
      "cannot rollback to 'tank/a@s1': more recent snapshots or bookmarks exist\n" +
        "use '-r' to force deletion of the following snapshots and bookmarks:\ntank/a@s2\n",
    );
    m.ok('clone tank/a@s2 tank/c');
    expect(m.fails('destroy tank/a@s2')).toBe(
      "cannot destroy 'tank/a@s2': snapshot has dependent clones\n" +
        "use '-R' to destroy the following datasets:\ntank/c\n",
    );
    expect(m.fails('destroy -r tank/a')).toBe(
      "cannot destroy 'tank/a': filesystem has dependent clones\n" +
        "use '-R' to destroy the following datasets:\ntank/c\n",
    );
    expect(m.fails('rollback -r tank/a@s1')).toBe(
      "cannot rollback to 'tank/a@s1': clones of previous snapshots exist\n" +
        "use '-R' to force deletion of the following clones and dependents:\ntank/c\n",
    );
    m.ok('snapshot tank/c@s1');
    expect(m.fails('promote tank/c')).toBe(
      "cannot promote 'tank/c': conflicting snapshot 's1' from parent 'tank/a'\n",
    );
    expect(m.fails('promote tank/a')).toBe("cannot promote 'tank/a': not a cloned filesystem\n");
    expect(m.fails('snapshot tank/a@s1')).toBe(
      "cannot create snapshot 'tank/a@s1': dataset already exists\nno snapshots were created\n",
    );
    expect(m.fails('snapshot nosuch@s', 2)).toMatch(
      /^cannot open 'nosuch': dataset does not exist\nusage:\n\tsnapshot /,
    );
    for (const [line, why] of [
      ['tank/a tank/c', "'tank/c': dataset already exists"],
      ['tank/a pond/a', "'pond/a': datasets must be within same pool"],
      ['tank/a tank/no/a', "'tank/no/a': parent does not exist"],
      ['tank/a@s1 tank/c@s9', "'tank/c@s9': snapshots must be part of same dataset"],
    ] as const) {
      expect(m.fails(`rename ${line}`)).toBe(`cannot rename to ${why}\n`);
    }
    expect(m.fails('clone tank/a@s1 pond/a')).toBe(
      "cannot create 'pond/a': source and target pools differ\n",
    );
    expect(m.fails('destroy tank/a@nosuch')).toBe(
      'could not find any snapshots to destroy; check snapshot names.\n',
    );
    expect(m.fails('destroy tank/nosuch')).toBe(
      "cannot open 'tank/nosuch': dataset does not exist\n",
    );
  });

  it('leave a file system alone that is in use', () => {
    const m = new Machine();
    m.ok('create tank/a');
    const user = m.node.start(
      function* hold(sys) {
        yield* sys.nanosleep(3_600_000_000_000n);
        return 0;
      },
      { cwd: '/tank/a' },
    );
    expect(m.fails('unmount tank/a')).toBe("cannot unmount '/tank/a': Device busy\n");
    expect(m.fails('destroy tank/a')).toBe("cannot unmount '/tank/a': Device busy\n");
    expect(user.end).toBeUndefined();
    expect(m.names('tank/a')).toEqual(['tank/a']);
  });

  it('take several snapshots at one moment, but one of each file system', () => {
    const m = new Machine();
    m.ok('create tank/a');
    m.ok('snapshot tank@x tank/a@x');
    const txgs = m.ok('get -H -o value createtxg tank@x tank/a@x').split('\n');
    expect(txgs[0]).toBe(txgs[1]);
    expect(m.fails('snapshot tank/a@1 tank/a@2')).toBe(
      'cannot create snapshots : multiple snapshots of same fs not allowed\n' +
        'no snapshots were created\n',
    );
    expect(m.fails(`snapshot tank/a@${'x'.repeat(260)}`)).toMatch(
      /^cannot create snapshot 'tank\/a@x+': name is too long\nno snapshots were created\n$/,
    );
  });

  it('tell what changed since a snapshot', () => {
    const m = new Machine();
    m.ok('create tank/a');
    m.node.writeFile('/tank/a/old', '1');
    m.ok('snapshot tank/a@s1');
    m.node.writeFile('/tank/a/new', '2');
    m.ok('snapshot tank/a@s2');
    expect(m.ok('diff tank/a@s1 @s2')).toBe('M\t/tank/a/\n+\t/tank/a/new\n');
    expect(m.ok('diff -FH tank/a@s1 tank/a')).toBe('M\t/\t/tank/a/\n+\tF\t/tank/a/new\n');
    expect(m.names('-t snapshot')).toEqual(['tank/a@s1', 'tank/a@s2']);
    expect(m.fails('diff tank/a')).toMatch(/^Badly formed snapshot name tank\/a: /);
    m.ok('unmount tank/a');
    expect(m.fails('diff tank/a@s1 @s2')).toMatch(/^Cannot diff an unmounted snapshot: /);
  });

  it('know nothing of encryption', () => {
    const m = new Machine();
    expect(m.fails('create -o encryption=on tank/e')).toBe(
      "cannot create 'tank/e': encryption is not supported yet\n",
    );
    expect(m.names()).toEqual(['tank']);
  });

  it('hold snapshots', () => {
    const m = new Machine();
    m.ok('create tank/a');
    m.ok('snapshot -r tank@s');
    m.ok('hold -r keep tank@s');
    expect(m.ok('holds -r tank@s')).toMatch(
      /^NAME {6}TAG {3}TIMESTAMP\ntank@s {4}keep {2}.{21}\ntank\/a@s {2}keep {2}.{21}\n$/,
    );
    expect(m.fails('hold keep tank@s')).toBe(
      "cannot hold snapshot 'tank@s': tag already exists on this dataset\n",
    );
    expect(m.fails('destroy tank@s')).toBe('cannot destroy snapshot tank@s: dataset is busy\n');
    expect(m.fails('release other tank@s')).toBe(
      "cannot release hold from snapshot 'tank@s': no such tag on this dataset\n",
    );
    m.ok('release -r keep tank@s');
    m.ok('destroy -r tank@s');
    expect(m.fails('hold x tank')).toBe("'tank' is not a snapshot\n");
    m.judge();
  });
});
