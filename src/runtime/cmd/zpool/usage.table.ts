/**
 * The subcommands of zpool in the order of its usage message, with what each one's usage says; an
 * empty row is an empty line. @man zpool(8)  @see cmd/zpool/zpool_main.c get_usage()
 */
export interface UsageRow {
  readonly name: string;
  readonly usage: string;
}

const GAP: UsageRow = { name: '', usage: '\n' };
const row = (name: string, usage: string): UsageRow => ({ name, usage });

const CREATE = `\tcreate [-fnd] [-B] [-o property=value] ... 
\t    [-O file-system-property=value] ...
\t    [-m mountpoint] [-R root] [-t tempname] <pool> <vdev> ...
`;
const IMPORT = `\timport [-d dir] [-D]
\timport [-d dir | -c cachefile] [-F [-n]] [-l] <pool | id>
\timport [-o mntopts] [-o property=value] ... 
\t    [-d dir | -c cachefile] [-D] [-l] [-f] [-m] [-N] [-R root] [-F [-n]] -a
\timport [-o mntopts] [-o property=value] ... 
\t    [-d dir | -c cachefile] [-D] [-l] [-f] [-m] [-N] [-R root] [-F [-n]] [-t]
\t    [--rewind-to-checkpoint] <pool | id> [newpool]
`;
const IOSTAT = `\tiostat [[-lq]|[-rw]] [-T d | u] [-ghHLpPvy]
\t    [[pool] ...]|[pool vdev ...]|[vdev ...]] [[-n] interval [count]]
`;
const LIST = '\tlist [-gHLpPv] [-o property[,...]] [-T d|u] [pool] ... [interval [count]]\n';
const GET = '\tget [-Hp] [-o "all" | field[,...]] <"all" | property[,...]> <pool> ...\n';
const SPLIT = `\tsplit [-gLlnP] [-R altroot] [-o mntopts]
\t    [-o property=value] <pool> <newpool> [<device> ...]
`;
const TRIM = '\ttrim [-d] [-r <rate>] [-c | -s] <pool> [<device> ...]\n';
const UPGRADE = `\tupgrade
\tupgrade -v
\tupgrade [-V version] <-a | pool ...>
`;

export const USAGE: readonly UsageRow[] = [
  row('create', CREATE),
  row('destroy', '\tdestroy [-f] <pool>\n'),
  GAP,
  row('add', '\tadd [-fgLnP] [-o property=value] <pool> <vdev> ...\n'),
  row('remove', '\tremove [-nps] <pool> <device> ...\n'),
  GAP,
  row('labelclear', '\tlabelclear [-f] <vdev>\n'),
  GAP,
  row('checkpoint', '\tcheckpoint [--discard] <pool> ...\n'),
  GAP,
  row('list', LIST),
  row('iostat', IOSTAT),
  row('status', '\tstatus [-igLpPsvxD] [-T d|u] [pool] ... [interval [count]]\n'),
  GAP,
  row('online', '\tonline [-e] <pool> <device> ...\n'),
  row('offline', '\toffline [-t] <pool> <device> ...\n'),
  row('clear', '\tclear [-nF] <pool> [device]\n'),
  row('reopen', '\treopen <pool>\n'),
  GAP,
  row('attach', '\tattach [-f] [-o property=value] <pool> <device> <new-device>\n'),
  row('detach', '\tdetach <pool> <device>\n'),
  row('replace', '\treplace [-f] <pool> <device> [new-device]\n'),
  row('split', SPLIT),
  GAP,
  row('initialize', '\tinitialize [-c | -s] <pool> [<device> ...]\n'),
  row('resilver', '\tresilver <pool> ...\n'),
  row('scrub', '\tscrub [-s | -p] <pool> ...\n'),
  row('trim', TRIM),
  GAP,
  row('import', IMPORT),
  row('export', '\texport [-f] <pool> ...\n'),
  row('upgrade', UPGRADE),
  row('reguid', '\treguid <pool>\n'),
  GAP,
  row('history', '\thistory [-il] [<pool>] ...\n'),
  row('events', '\tevents [-vH] [pool]\n\tevents -c\n'),
  row('get', GET),
  row('set', '\tset <property=value> <pool> \n'),
  row('sync', '\tsync [pool] ...\n'),
];
