/** The manual pages of zpool, zfs and zdb: our own words, kept short. */
import type { ManualPage } from '#cmd/man/page.ts';

export const ZFS_PAGES: readonly ManualPage[] = [
  {
    name: 'zpool',
    section: '8',
    summary: 'makes and looks after ZFS storage pools',
    synopsis: [
      'zpool create [-fnd] [-o property=value] [-O property=value] [-m mountpoint] pool vdev ...',
      'zpool destroy [-f] pool',
      'zpool add | attach | detach | replace | remove | online | offline | clear pool ...',
      'zpool import [-d dir] [-fmN] [-o options] [-R root] [pool | id [newpool]]',
      'zpool export [-f] pool ...',
      'zpool list | status | iostat | history | events | get | set | upgrade ...',
      'zpool scrub [-s | -p] pool ...',
    ],
    description: [
      'A pool is made of virtual devices, and file systems and volumes share all of its space. A ' +
        'virtual device is a disk or a file, a *mirror* of several, a *raidz1*, *raidz2* or *raidz3* ' +
        'group that survives as many lost disks as its number says, or for special use a *log*, ' +
        '*cache* or *spare*.',
      'Every block is stored with a checksum. What is found to be wrong is read from elsewhere in a ' +
        'mirror or raidz and written again; *zpool status* counts it. *zpool scrub* reads ' +
        'everything to find such blocks in time.',
      'To see healing at work: make a mirror, write to it, damage one of the disks from the ZFS ' +
        'pane, scrub, and look at *zpool status*.',
    ],
    options: [
      ['create', 'Makes a pool on disks, whose content is lost, and mounts its file system.'],
      ['destroy', 'Gives the disks back. The pool can still be imported with -D until then.'],
      ['add', 'Adds top-level virtual devices: the pool grows.'],
      ['attach, detach', 'Adds a side to a mirror, or takes one away.'],
      ['replace', 'Copies a disk to another one and takes its place.'],
      ['online, offline', 'Lets a disk take part again, or leaves it alone for a while.'],
      ['clear', 'Sets the error counts to zero and tries again what failed.'],
      ['scrub', 'Checks every block; -s stops, -p pauses.'],
      ['import, export', 'Takes a pool from its disks into this node, or lets it go.'],
      ['list -v', 'Sizes of pools, with -v of each virtual device.'],
      ['status -v', 'Health, errors, scans; with -v the files that are damaged.'],
      ['iostat', 'Operations and bandwidth, once or at intervals.'],
      ['history -il', 'What was done to the pool, and by whom.'],
    ],
    exit: [
      ['0', 'Done.'],
      ['1', 'It could not be done.'],
      ['2', 'The command line was wrong, or asked for what is not built yet.'],
    ],
    seeAlso: ['zfs(8)', 'zdb(8)', 'df(8)'],
  },
  {
    name: 'zfs',
    section: '8',
    summary: 'makes and looks after file systems, volumes and snapshots',
    synopsis: [
      'zfs create [-nPpv] [-o property=value] ... filesystem',
      'zfs create [-nPpsv] [-b blocksize] -V size volume',
      'zfs destroy [-dfnpRrv] filesystem | volume | snapshot | bookmark',
      'zfs snapshot [-r] [-o property=value] ... dataset@name ...',
      'zfs rollback [-rRf] snapshot',
      'zfs clone [-p] [-o property=value] ... snapshot filesystem | volume',
      'zfs promote clone',
      'zfs rename [-f] [-p | -r] old new',
      'zfs bookmark snapshot bookmark',
      'zfs list [-Hp] [-r | -d depth] [-o property,...] [-s | -S property] [-t type,...] [dataset ...]',
      'zfs get [-Hpr] [-d depth] [-o field,...] [-s source,...] [-t type,...] all | property,... ' +
        '[dataset ...]',
      'zfs set property=value ... dataset ...',
      'zfs inherit [-rS] property dataset ...',
      'zfs mount [-vO] [-o options] [-a | filesystem]',
      'zfs unmount [-f] -a | filesystem | mountpoint',
      'zfs send [-cenLPpRv] [-i | -I from] snapshot',
      'zfs receive [-FnsuvA] [-d | -e] [-o property=value] [-x property] dataset',
      'zfs hold | holds | release [-r] ...',
      'zfs diff [-FHt] snapshot [snapshot | filesystem]',
      'zfs userspace | groupspace [-Hnp] [-o field,...] filesystem',
      'zfs upgrade [-v] | [-r] [-V version] -a | filesystem ...',
    ],
    description: [
      'A dataset is named by its pool and a path in it: _tank/home/ann_. File systems are mounted ' +
        'below their parents unless *mountpoint* says otherwise. Properties that are not set on a ' +
        'dataset come from its parent; *zfs get* tells the source of each.',
      'A snapshot, _tank/home@monday_, is a file system as it was at a moment. It takes no time and ' +
        'no space to make; later it holds what was changed or removed since. Its files are in ' +
        'the directory .zfs/snapshot. A clone is a file system that starts as a snapshot.',
      '*zfs send* writes a snapshot, or what changed between two, to standard output; *zfs receive* ' +
        'makes it again in another pool. With -R a whole tree goes, with all its snapshots. A ' +
        'receive with -s that breaks off can go on: *zfs get receive_resume_token* has the word for ' +
        '*zfs send -t*.',
      'A range of snapshots to destroy is written with a percent sign: _tank/a@first%last_. With -n ' +
        'and -v *destroy* only says what would go and how much space that would give.',
      'Not built yet: *allow*, *unallow*, *share*, *unshare*, *program*, encryption.',
    ],
    options: [
      ['-H', 'For scripts: no heading, tabs between the fields.'],
      ['-p', 'Numbers in full. With create, clone and rename: makes the parents too.'],
      ['-r', 'All datasets below as well.'],
      ['-R', 'With destroy and rollback: clones too. With send: the whole tree.'],
      ['-t type', '*filesystem*, *volume*, *snapshot*, *bookmark* or *all*.'],
    ],
    exit: [
      ['0', 'Done.'],
      ['1', 'It could not be done.'],
      ['2', 'The command line was wrong, or asked for what is not built yet.'],
    ],
    seeAlso: ['zpool(8)', 'zdb(8)', 'mount(8)'],
  },
  {
    name: 'zdb',
    section: '8',
    summary: 'shows what is in a ZFS pool, down to the blocks',
    synopsis: [
      'zdb [-bcCdDhimMsuvP] [-e [-p path ...]] [pool [object ...]]',
      'zdb [-diPv] [-e [-p path ...]] dataset [object | first:last[:flags] ...]',
      'zdb -l [-qu] device',
      'zdb -O dataset path',
      'zdb -R [-e [-p path ...]] pool vdev:offset:[lsize/]psize[:flags]',
      'zdb -m pool [vdev [metaslab ...]]',
    ],
    description: [
      '*zdb* reads the disks of a pool by itself, without the kernel’s help, and so also a pool that ' +
        'is exported (-e) or lies in files (-p names their folder). It never writes. An option ' +
        'given several times shows more: -d lists datasets, -dddd each object, -dddddd each ' +
        'block pointer in full. A pool that is in use changes while it is read.',
      'The name of a pool alone means its own objects; *tank/* with a slash is its file system.',
    ],
    options: [
      ['-b', 'Counts all blocks and compares them with the space maps: nothing may leak.'],
      ['-c', 'Checks the checksums of metadata, given twice of all data.'],
      ['-C', 'The configuration.'],
      ['-d', 'Datasets and their objects.'],
      ['-h', 'The history of the pool.'],
      ['-i', 'Intent logs: what was to be done again after a crash.'],
      ['-l', 'The labels of a device, with -u its uberblocks.'],
      ['-L', 'Does not look for leaks.'],
      ['-m', 'Metaslabs: how the space is divided and used.'],
      ['-O', 'The object of a path.'],
      ['-P', 'Numbers in full.'],
      ['-R', 'One block by its place; flag d unpacks, i shows pointers, c checksums, r raw bytes.'],
      ['-u', 'The uberblock, from which everything is reached.'],
    ],
    exit: [
      ['0', 'All is well.'],
      ['1', 'The pool could not be opened, or the command line was wrong.'],
      ['2', 'Something leaked, or is referenced and not there; or not built yet.'],
      ['3', 'Blocks could not be read.'],
    ],
    seeAlso: ['zpool(8)', 'zfs(8)'],
  },
];
