/** The subcommands of zfs and how each is called. @see cmd/zfs/zfs_main.c get_usage() */
export interface UsageRow {
  /** '' for an empty line in the list of all. */
  readonly name: string;
  readonly usage: string;
}

const row = (name: string, ...lines: readonly string[]): UsageRow => ({
  name,
  usage: lines.map((line) => `\t${line}\n`).join(''),
});
const GAP: UsageRow = { name: '', usage: '\n' };
const SPACE = [
  '[-Hinp] [-o field[,...]] [-s field] ...',
  '    [-S field] ... [-t type[,...]] <filesystem|snapshot>',
] as const;
const WHO = '<"everyone"|user|group>[,...]';

export const USAGE: readonly UsageRow[] = [
  row(
    'create',
    'create [-Pnpv] [-o property=value] ... <filesystem>',
    'create [-Pnpsv] [-b blocksize] [-o property=value] ... -V <size> <volume>',
  ),
  row(
    'destroy',
    'destroy [-fnpRrv] <filesystem|volume>',
    'destroy [-dnpRrv] <filesystem|volume>@<snap>[%<snap>][,...]',
    'destroy <filesystem|volume>#<bookmark>',
  ),
  GAP,
  row('snapshot', 'snapshot [-r] [-o property=value] ... <filesystem|volume>@<snap> ...'),
  row('rollback', 'rollback [-rRf] <snapshot>'),
  row('clone', 'clone [-p] [-o property=value] ... <snapshot> <filesystem|volume>'),
  row('promote', 'promote <clone-filesystem>'),
  row(
    'rename',
    'rename [-f] <filesystem|volume|snapshot> <filesystem|volume|snapshot>',
    'rename [-f] -p <filesystem|volume> <filesystem|volume>',
    'rename -r <snapshot> <snapshot>',
  ),
  row('bookmark', 'bookmark <snapshot> <bookmark>'),
  row(
    'program',
    'program [-jn] [-t <instruction limit>] [-m <memory limit (b)>]',
    '    <pool> <program file> [lua args...]',
  ),
  GAP,
  row(
    'list',
    'list [-Hp] [-r|-d max] [-o property[,...]] [-s property]...',
    '    [-S property]... [-t type[,...]] [filesystem|volume|snapshot] ...',
  ),
  GAP,
  row('set', 'set <property=value> ... <filesystem|volume|snapshot> ...'),
  row(
    'get',
    'get [-rHp] [-d max] [-o "all" | field[,...]]',
    '    [-t type[,...]] [-s source[,...]]',
    '    <"all" | property[,...]> [filesystem|volume|snapshot|bookmark] ...',
  ),
  row('inherit', 'inherit [-rS] <property> <filesystem|volume|snapshot> ...'),
  row('upgrade', 'upgrade [-v]', 'upgrade [-r] [-V version] <-a | filesystem ...>'),
  GAP,
  row('userspace', `userspace ${SPACE[0]}`, SPACE[1]),
  row('groupspace', `groupspace ${SPACE[0]}`, SPACE[1]),
  row(
    'projectspace',
    'projectspace [-Hp] [-o field[,...]] [-s field] ... ',
    '    [-S field] ... <filesystem|snapshot>',
  ),
  GAP,
  row('mount', 'mount', 'mount [-lvO] [-o opts] <-a | filesystem>'),
  row('unmount', 'unmount [-f] <-a | filesystem|mountpoint>'),
  row('share', 'share [-l] <-a | filesystem>'),
  row('unshare', 'unshare <-a | filesystem|mountpoint>'),
  GAP,
  row(
    'send',
    'send [-DnPpRvLecwhb] [-[iI] snapshot] <snapshot>',
    'send [-nvPLecw] [-i snapshot|bookmark] <filesystem|volume|snapshot>',
    'send [-nvPe] -t <receive_resume_token>',
  ),
  row(
    'receive',
    'receive [-vnsFu] [-o <property>=<value>] ... [-x <property>] ...',
    '    <filesystem|volume|snapshot>',
    'receive [-vnsFu] [-o <property>=<value>] ... [-x <property>] ... ',
    '    [-d | -e] <filesystem>',
    'receive -A <filesystem|volume>',
  ),
  GAP,
  row(
    'allow',
    'allow <filesystem|volume>',
    `allow [-ldug] ${WHO} <perm|@setname>[,...]`,
    '    <filesystem|volume>',
    'allow [-ld] -e <perm|@setname>[,...] <filesystem|volume>',
    'allow -c <perm|@setname>[,...] <filesystem|volume>',
    'allow -s @setname <perm|@setname>[,...] <filesystem|volume>',
  ),
  GAP,
  row(
    'unallow',
    `unallow [-rldug] ${WHO}`,
    '    [<perm|@setname>[,...]] <filesystem|volume>',
    'unallow [-rld] -e [<perm|@setname>[,...]] <filesystem|volume>',
    'unallow [-r] -c [<perm|@setname>[,...]] <filesystem|volume>',
    'unallow [-r] -s @setname [<perm|@setname>[,...]] <filesystem|volume>',
  ),
  GAP,
  row('hold', 'hold [-r] <tag> <snapshot> ...'),
  row('holds', 'holds [-r] <snapshot> ...'),
  row('release', 'release [-r] <tag> <snapshot> ...'),
  row('diff', 'diff [-FHt] <snapshot> [snapshot|filesystem]'),
  GAP,
  row('load-key', 'load-key [-rn] [-L <keylocation>] <-a | filesystem|volume>'),
  row('unload-key', 'unload-key [-r] <-a | filesystem|volume>'),
  row(
    'change-key',
    'change-key [-l] [-o keyformat=<value>]',
    '    [-o keylocation=<value>] [-o pbkdf2iters=<value>]',
    '    <filesystem|volume>',
    'change-key -i [-l] <filesystem|volume>',
  ),
];
