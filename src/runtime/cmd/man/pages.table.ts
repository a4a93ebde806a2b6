/** The manual pages of the process, system and full-screen commands: our own words, kept short. */
import type { ManualPage } from '#cmd/man/page.ts';
import { ZFS_PAGES } from '#cmd/man/zfs-pages.table.ts';

export const PAGES: readonly ManualPage[] = [
  {
    name: 'intro',
    section: '1',
    summary: 'how to get around in this node',
    synopsis: ['man name', 'apropos word'],
    description: [
      'This is a SmartOS node that the lab emulates. You are in the global ' +
        'zone. What you change in / is in memory and gone after a reboot; what ' +
        'is on a pool stays.',
      'To look around: *ls*, *less* and *vi* work on files; *ps*, *prstat*, ' +
        '*ptree* and *truss* show processes; *svcs* shows services; *df*, ' +
        '*zpool* and *zfs* show storage; *sysinfo* and *kstat* tell what the ' +
        'node is.',
      'A command that is not built yet, or an option of one, says *not ' +
        'supported yet* and ends with status 2.',
    ],
    seeAlso: ['man(1)', 'bash(1)', 'sysinfo(8)'],
  },
  {
    name: 'man',
    also: ['apropos', 'whatis'],
    section: '1',
    summary: 'shows manual pages',
    synopsis: ['man [-a] [-s section] name ...', 'man -k word ...', 'man -f name ...'],
    description: [
      '*man* shows the manual page of _name_ through the pager that the ' +
        'variable PAGER names, or *less*. A section number may stand in front ' +
        'of the name.',
    ],
    options: [
      ['-a', 'Shows all pages of that name, not only the first.'],
      ['-f', 'Shows the summary lines of the names, as *whatis*.'],
      ['-k', 'Shows summary lines that hold the words, as *apropos*.'],
      ['-s section', 'Looks only there.'],
    ],
    exit: [
      ['0', 'A page was shown.'],
      ['1', 'There is none.'],
    ],
    seeAlso: ['less(1)', 'intro(1)'],
  },
  {
    name: 'ps',
    section: '1',
    summary: 'shows processes',
    synopsis: [
      'ps [-aAdefcjlLPyZ] [-o format] [-t terms] [-p pids] [-u users] [-U ' +
        'users] [-G groups] [-g groups] [-s sessions] [-z zones]',
      'ps [aceglnrSuUvwx] [pid]',
    ],
    description: [
      '*ps* shows the processes of the caller on his terminal, or those the ' +
        'options choose. Words without a dash are the options of the BSD form: ' +
        '*ps aux*.',
    ],
    options: [
      ['-e, -A', 'All processes.'],
      ['-f', 'A full listing: owner, parent, start, arguments.'],
      ['-l', 'A long listing: state, priority, size.'],
      ['-c', 'Shows scheduling class and priority.'],
      ['-j', 'Shows process group and session.'],
      ['-L', 'A line for each thread.'],
      ['-y', 'With -l: sizes in KiB, no flags.'],
      ['-Z', 'Shows the zone.'],
      [
        '-o format',
        'Names of columns, separated by commas; _name_=_header_ gives a ' +
          'column another header.',
      ],
      [
        '-p, -u, -U, -G, -g, -s, -t, -z',
        'Choose by process, effective user, real user, real group, process ' +
          'group, session, terminal, zone.',
      ],
    ],
    exit: [
      ['0', 'A process was shown.'],
      ['1', 'None was, or the command line is wrong.'],
    ],
    seeAlso: ['prstat(8)', 'pgrep(1)', 'ptree(1)', 'proc(5)'],
  },
  {
    name: 'prstat',
    section: '8',
    summary: 'shows the busiest processes, over and over',
    synopsis: [
      'prstat [-acLmtZ] [-s key | -S key] [-n count] [-p pids] [-u users] ' + '[interval [count]]',
    ],
    description: [
      '*prstat* shows processes by their use of the processor and renews the ' +
        'report every _interval_ seconds (5). On a terminal *q* leaves.',
    ],
    options: [
      ['-a', 'Adds a table of users.'],
      ['-c', 'Reports follow each other.'],
      ['-L', 'A line for each thread.'],
      ['-m', 'Shows where the time went: microstates in percent.'],
      ['-n count', 'Shows that many lines.'],
      ['-s key, -S key', 'Sorts by cpu, time, size, rss or pri, down or up.'],
      ['-t', 'Shows only users.'],
      ['-Z', 'Adds a table of zones.'],
    ],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
    seeAlso: ['ps(1)', 'kstat(8)', 'vmstat(8)'],
  },
  {
    name: 'pgrep',
    also: ['pkill'],
    section: '1',
    summary: 'finds processes, or sends them a signal',
    synopsis: [
      'pgrep [-flnovx] [-d delim] [-P ppids] [-g groups] [-s sessions] [-u ' +
        'users] [-U users] [-G groups] [-t terms] [-z zones] [pattern]',
      'pkill [-signal] [-fnovx] [options] [pattern]',
    ],
    description: [
      '*pgrep* prints the ids of processes that fit all that is asked; ' +
        '_pattern_ is an extended regular expression for the name. *pkill* ' +
        'sends them a signal (TERM) instead.',
    ],
    options: [
      ['-f', 'Matches the arguments, not the name.'],
      ['-l', 'Shows the name too.'],
      ['-n, -o', 'Only the newest, the oldest.'],
      ['-v', 'What does not fit.'],
      ['-x', 'The whole name must match.'],
    ],
    exit: [
      ['0', 'Something fitted.'],
      ['1', 'Nothing did.'],
      ['2', 'The command line is wrong.'],
      ['3', 'Another error.'],
    ],
    seeAlso: ['ps(1)', 'kill(1)'],
  },
  {
    name: 'ptree',
    section: '1',
    summary: 'shows processes as trees',
    synopsis: ['ptree [-a] [-z zone] [pid | user] ...'],
    description: [
      '*ptree* shows the ancestors and descendants of processes, each level ' +
        'two columns further in. Without operands it shows everything below ' +
        'init.',
    ],
    options: [['-a', 'With the children of process 0.']],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
    seeAlso: ['ps(1)', 'pargs(1)'],
  },
  {
    name: 'pargs',
    section: '1',
    summary: 'shows arguments and environment of processes',
    synopsis: ['pargs [-acel] pid ...'],
    description: [
      '*pargs* shows the whole argument list of each process, where *ps* has ' +
        'its first 80 bytes.',
    ],
    options: [
      ['-a', 'Arguments (what it does without options).'],
      ['-c', 'What is not ASCII as octal escapes.'],
      ['-e', 'The environment.'],
      ['-l', 'The arguments as a command line.'],
    ],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
    seeAlso: ['ps(1)'],
  },
  {
    name: 'pfiles',
    section: '1',
    summary: 'shows open files of processes',
    synopsis: ['pfiles [-n] pid ...'],
    description: [
      'For each descriptor *pfiles* shows type, mode, device, inode, owner, ' +
        'size, open flags, path and offset.',
    ],
    options: [['-n', 'Only the first line of each.']],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
    seeAlso: ['fcntl(2)', 'proc(5)'],
  },
  {
    name: 'proc',
    also: ['pcred', 'pwdx', 'pstop', 'prun', 'pwait'],
    section: '1',
    summary: 'tools that look at processes',
    synopsis: [
      'pcred pid ...',
      'pwdx pid ...',
      'pstop pid ...',
      'prun pid ...',
      'pwait [-v] pid ...',
    ],
    description: [
      '*pcred* shows user and group ids, *pwdx* the working directory. ' +
        '*pstop* stops processes and *prun* lets them go on. *pwait* waits ' +
        'until all have ended, and with -v says of each when it did.',
    ],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
    seeAlso: ['pargs(1)', 'pfiles(1)', 'ptree(1)'],
  },
  {
    name: 'ptime',
    section: '1',
    summary: 'times a command to the nanosecond',
    synopsis: ['ptime [-m] command [args]', 'ptime [-m] -p pids'],
    description: [
      '*ptime* runs a command and prints real, user and system time on ' + 'standard error.',
    ],
    options: [
      ['-m', 'All microstates.'],
      ['-p pids', 'Times running processes.'],
    ],
    seeAlso: ['time(1)'],
  },
  {
    name: 'truss',
    section: '1',
    summary: 'traces system calls and signals',
    synopsis: [
      'truss [-acdDEfl] [-t [!]calls] [-s [!]signals] [-o file] command',
      'truss [options] -p pid ...',
    ],
    description: [
      '*truss* runs _command_, or attaches to processes, and prints each ' +
        'system call with its arguments and result on standard error; a call ' +
        'that failed shows Err# and the name of the error.',
    ],
    options: [
      ['-a', 'Shows the arguments of each new program.'],
      ['-c', 'Counts calls and errors instead.'],
      [
        '-d, -D, -E',
        'Puts the time since the start, since the line before, or in the call ' + 'in front.',
      ],
      ['-f', 'Follows children.'],
      ['-o file', 'Writes there.'],
      ['-p', 'The operands are process ids.'],
      ['-s, -t', 'Only, or with ! all but, these signals and calls.'],
    ],
    seeAlso: ['proc(1)'],
  },
  {
    name: 'kill',
    section: '1',
    summary: 'sends signals to processes',
    synopsis: ['kill [-signal] pid ...', 'kill -s name pid ...', 'kill -l [status]'],
    description: [
      '*kill* sends SIGTERM or another signal. A negative id means a process ' +
        'group. Signal 0 only looks whether the process is there.',
    ],
    options: [['-l', 'Lists the names, or names an exit status.']],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
    seeAlso: ['pgrep(1)'],
  },
  {
    name: 'time',
    section: '1',
    summary: 'times a command',
    synopsis: ['time [-p] command [args]'],
    description: [
      '*time* runs a command and prints real, user and system time on ' + 'standard error.',
    ],
    options: [['-p', 'In the form of POSIX.']],
    seeAlso: ['ptime(1)'],
  },
  {
    name: 'nice',
    section: '1',
    summary: 'runs a command at another priority',
    synopsis: ['nice [-n increment] command [args]'],
    description: [
      '*nice* adds _increment_ (10) to the nice value and runs the command. ' +
        'Only root may go up with a negative one.',
    ],
    exit: [['126, 127', 'The command could not be run, or was not found.']],
    seeAlso: ['renice(1)'],
  },
  {
    name: 'nohup',
    section: '1',
    summary: 'runs a command that a hang-up does not end',
    synopsis: ['nohup command [args]'],
    description: ['Output that would go to a terminal goes to nohup.out.'],
    exit: [['126, 127', 'The command could not be run, or was not found.']],
    seeAlso: ['nice(1)'],
  },
  {
    name: 'runat',
    section: '1',
    summary: "runs a command in the directory of a file's extended attributes",
    synopsis: ['runat file [command]'],
    description: [
      'The words of the command are joined and read anew by /bin/sh. Without a command a shell is started.',
    ],
    exit: [
      ['125', 'The attributes could not be entered.'],
      ['126', 'The command could not be run.'],
    ],
    seeAlso: ['ls(1)', 'chmod(1)'],
  },
  {
    name: 'renice',
    also: ['priocntl'],
    section: '1',
    summary: 'changes priorities of running processes',
    synopsis: ['renice [-n increment] id ...'],
    description: ['There is no system call for this yet: *renice* says so.'],
    seeAlso: ['nice(1)'],
  },
  {
    name: 'id',
    also: ['whoami', 'groups', 'logname'],
    section: '1',
    summary: 'shows who one is',
    synopsis: ['id [-p] [user]', 'id -G [-n] [user]', 'id -g [-nr] [user]', 'id -u [-nr] [user]'],
    description: [
      '*id* shows user, group and supplementary groups of the process, or of ' +
        'a user. *whoami* shows the effective user, *groups* the groups, ' +
        '*logname* the name of the login.',
    ],
    options: [
      ['-G, -g, -u', 'All groups, the group, the user alone.'],
      ['-n', 'Names, not numbers.'],
      ['-r', 'Real ids.'],
      ['-p', 'The project too.'],
    ],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
    seeAlso: ['getent(8)'],
  },
  {
    name: 'env',
    also: ['printenv'],
    section: '1',
    summary: 'shows or changes the environment',
    synopsis: ['env [-i] [-u name] [-C dir] [name=value ...] [command [args]]', 'printenv [name]'],
    description: [
      '*env* runs a command with a changed environment, or prints it. ' +
        '*printenv* prints one variable.',
    ],
    options: [
      ['-i', 'Begins with an empty environment.'],
      ['-u name', 'Without this variable.'],
    ],
    exit: [['127', 'The command was not found.']],
  },
  {
    name: 'uname',
    also: ['arch', 'mach'],
    section: '1',
    summary: 'shows names of the system',
    synopsis: ['uname [-aimnoprsvX]', 'uname -S name'],
    description: [
      '*uname* shows the name of the operating system, or what the options ' +
        'ask for. *arch* and *mach* show the machine.',
    ],
    options: [
      ['-a', 'All.'],
      ['-m, -p, -i', 'Machine, processor, platform.'],
      ['-n', 'The name of the node.'],
      ['-r, -v', 'Release and version.'],
      ['-o', 'illumos.'],
      ['-S name', 'Sets the name of the node.'],
    ],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
    seeAlso: ['hostname(1)', 'sysinfo(8)'],
  },
  {
    name: 'hostname',
    also: ['hostid'],
    section: '1',
    summary: 'shows or sets the name of the node',
    synopsis: ['hostname [-s] [name]'],
    description: [
      '-s shows the name up to its first dot. *hostid* shows the number of ' + 'the node.',
    ],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
    seeAlso: ['uname(1)'],
  },
  {
    name: 'date',
    section: '1',
    summary: 'shows or sets the time',
    synopsis: ['date [-uR] [-r seconds | file] [+format]', 'date [-u] [mmdd]HHMM[[cc]yy][.SS]'],
    description: ['A _format_ is that of strftime.'],
    options: [
      ['-R', 'As in mail.'],
      ['-r', 'That time, or the last change of that file.'],
      ['-u', 'Universal time.'],
    ],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
    seeAlso: ['cal(1)'],
  },
  {
    name: 'cal',
    section: '1',
    summary: 'shows a calendar',
    synopsis: ['cal [[month] year]'],
    description: ['*cal* shows this month, a month, or a year.'],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
    seeAlso: ['date(1)'],
  },
  {
    name: 'df',
    section: '8',
    summary: 'shows space of filesystems',
    synopsis: ['df [-abeghklnPt] [-F type] [file ...]'],
    description: ['Without options *df* shows free blocks of 512 bytes and free files.'],
    options: [
      ['-h', 'Sizes for people.'],
      ['-k, -m', 'In KiB, in MiB.'],
      ['-n', 'The types of filesystems.'],
      ['-t', 'Totals too.'],
      ['-g', 'All that statvfs knows.'],
    ],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
    seeAlso: ['du(1)', 'mount(8)', 'zfs(8)'],
  },
  {
    name: 'du',
    section: '1',
    summary: 'shows space that files take',
    synopsis: ['du [-dorx] [-a | -s] [-h | -k | -m] [-H | -L] [file ...]'],
    description: ['*du* adds up the blocks of files below each directory.'],
    options: [
      ['-a', 'A line for each file.'],
      ['-s', 'Only the sums.'],
      ['-h, -k, -m', 'Sizes for people, in KiB, in MiB.'],
      ['-d, -x', 'Stays in one filesystem.'],
    ],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
    seeAlso: ['df(8)'],
  },
  {
    name: 'mount',
    also: ['umount'],
    section: '8',
    summary: 'mounts filesystems, or lists what is mounted',
    synopsis: [
      'mount [-p | -v]',
      'mount [-F type] [-r] [-o options] special directory',
      'umount [-f] directory',
    ],
    description: [
      'A directory as _special_ is mounted a second time with lofs. *swap* is ' +
        'memory: a tmpfs.',
    ],
    options: [
      ['-o options', 'Separated by commas.'],
      ['-r', 'Read-only.'],
      ['-f', 'umount: even if files are open.'],
    ],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
    seeAlso: ['df(8)'],
  },
  {
    name: 'swap',
    also: ['sync'],
    section: '8',
    summary: 'shows swap space',
    synopsis: ['swap -l', 'swap -s'],
    description: [
      'There are no swap devices; -s tells how much memory is reserved and ' +
        'left. *sync* writes out what waits to be written.',
    ],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
    seeAlso: ['vmstat(8)'],
  },
  {
    name: 'kstat',
    section: '8',
    summary: 'shows statistics of the kernel',
    synopsis: [
      'kstat [-jlpq] [-T d|u] [-c class] [-m module] [-i instance] [-n name] ' +
        '[-s statistic] [interval [count]]',
      'kstat [options] [module[:instance[:name[:statistic]]]] ...',
    ],
    description: ['Parts may be shell patterns, or regular expressions between slashes.'],
    options: [
      ['-p', 'A line a statistic.'],
      ['-l', 'Only the names.'],
      ['-j', 'As JSON.'],
      ['-q', 'Only the exit status.'],
    ],
    exit: [
      ['0', 'Something was found.'],
      ['1', 'Nothing was.'],
      ['2', 'The command line is wrong.'],
    ],
    seeAlso: ['vmstat(8)', 'psrinfo(8)'],
  },
  {
    name: 'vmstat',
    also: ['mpstat', 'iostat'],
    section: '8',
    summary: 'shows rates of memory, faults and processors',
    synopsis: [
      'vmstat [-T d|u] [interval [count]]',
      'mpstat [interval [count]]',
      'iostat [interval [count]]',
    ],
    description: [
      'The first report tells of the time since boot, the others of the time ' +
        'between. *mpstat* has a line for each processor.',
    ],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
    seeAlso: ['kstat(8)', 'prstat(8)'],
  },
  {
    name: 'psrinfo',
    section: '8',
    summary: 'shows processors',
    synopsis: ['psrinfo [-v] [-p] [id ...]', 'psrinfo -s id'],
    description: ['*psrinfo* shows the state of each virtual processor.'],
    options: [
      ['-p', 'Chips, not virtual processors.'],
      ['-v', 'At length.'],
      ['-s', '1 if the processor is on-line.'],
    ],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
    seeAlso: ['kstat(8)'],
  },
  {
    name: 'prtconf',
    section: '8',
    summary: 'shows memory and devices',
    synopsis: ['prtconf [-m]'],
    description: ['The device tree is what /devices holds.'],
    options: [['-m', 'Only the memory, in MiB.']],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
    seeAlso: ['sysinfo(8)'],
  },
  {
    name: 'sysinfo',
    also: ['bootparams'],
    section: '8',
    summary: 'shows what the node is, as JSON',
    synopsis: ['sysinfo [-p]', 'bootparams'],
    description: [
      'Keys for which the lab has no fact are left out. *bootparams* prints ' +
        'the parameters the node was booted with.',
    ],
    options: [['-p', 'As shell variables.']],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
    seeAlso: ['json(1)', 'prtconf(8)'],
  },
  {
    name: 'isainfo',
    also: ['isalist'],
    section: '1',
    summary: 'shows instruction sets',
    synopsis: ['isainfo [-v] [-b | -n | -k]', 'isalist'],
    description: ['*isainfo* shows what programs can run.'],
    options: [
      ['-b', 'The width.'],
      ['-n', 'The best set.'],
      ['-k', 'The kernel’s.'],
    ],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
    seeAlso: ['uname(1)'],
  },
  {
    name: 'getconf',
    section: '1',
    summary: 'shows configuration values',
    synopsis: ['getconf [-a] name [path]'],
    description: ['*getconf* shows limits and sizes of the system.'],
    options: [['-a', 'All.']],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
  },
  {
    name: 'getent',
    section: '8',
    summary: 'shows entries of databases',
    synopsis: ['getent database [key ...]'],
    description: [
      'Databases are passwd, group, project, shadow, hosts, services, ' + 'protocols, networks.',
    ],
    exit: [
      ['0', 'All keys were found.'],
      ['1', 'The database is unknown.'],
      ['2', 'A key was not found.'],
    ],
    seeAlso: ['id(1)'],
  },
  {
    name: 'zonename',
    section: '1',
    summary: 'shows the zone one is in',
    synopsis: ['zonename [-t]'],
    description: ['Here it is the global one.'],
    seeAlso: ['prstat(8)'],
  },
  {
    name: 'dmesg',
    section: '8',
    summary: 'shows recent messages of the system',
    synopsis: ['dmesg'],
    description: ['The messages come from /var/adm/messages.'],
  },
  {
    name: 'json',
    section: '1',
    summary: 'looks things up in JSON and prints it',
    synopsis: [
      'json [-aAgkMnqj] [-o mode] [-d delim] [-D delim] [lookup ...]',
      'json -f file [options]',
    ],
    description: [
      'Without lookups *json* lays its input out well. A lookup is a name, ' +
        "a.b, a.0.b or a['x.y'].",
    ],
    options: [
      ['-a', 'A line for each element of an array.'],
      ['-g', 'Groups objects that follow each other.'],
      ['-H', 'Drops HTTP headers (always done).'],
      ['-k, -M', 'Keys, or an array of keys and values.'],
      ['-o mode', 'json-N or jsony-N.'],
      ['-n', 'Only checks.'],
    ],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
    seeAlso: ['sysinfo(8)'],
  },
  {
    name: 'less',
    also: ['more'],
    section: '1',
    summary: 'shows text a screen at a time',
    synopsis: ['less [-eFiINRSX] [-p pattern] [+keys] [file ...]', 'more [file ...]'],
    description: [
      'Space goes down a screen and b up; / and ? search; n and N repeat; g ' +
        'and G go to the ends; F waits for more; :n and :p go through the ' +
        'files; h shows all keys; q leaves. What comes through a pipe is read ' +
        'only as far as one looks.',
    ],
    options: [
      ['-F', 'Leaves at once if all fits.'],
      ['-i, -I', 'Ignores case.'],
      ['-N', 'Numbers lines.'],
      ['-R', 'Keeps colours.'],
      ['-S', 'Cuts long lines.'],
      ['-X', 'Leaves the text on the screen.'],
    ],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
    seeAlso: ['vi(1)'],
  },
  {
    name: 'vi',
    also: ['view'],
    section: '1',
    summary: 'edits text',
    synopsis: ['vi [-R] [+command | -c command] [file ...]', 'view file ...'],
    description: [
      'In command mode letters are commands: i, a, o begin to put in text and ' +
        'escape ends it; h j k l, w b e, 0 $, G and / move; d c y with a motion ' +
        'delete, change, keep; p puts; u takes back and Ctrl-R does again; . ' +
        'repeats; v and V select; : begins an ex command.',
      'Ex commands: :w :q :wq :x :e :r :n, :s/pattern/text/g, ' +
        ':g/pattern/command, :m :t :d :y :j, :set number, :!command.',
    ],
    options: [
      ['-R', 'Read-only, as *view*.'],
      ['+command', 'Does it first: +5 goes to line 5.'],
    ],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
    seeAlso: ['less(1)', 'sed(1)'],
  },
  {
    name: 'stty',
    section: '1',
    summary: 'shows and changes settings of the terminal',
    synopsis: ['stty [-a | -g]', 'stty setting ...'],
    description: [
      'A setting with a dash is switched off: *stty -echo*. *stty sane* ' +
        'brings everything back.',
    ],
    options: [
      ['-a', 'Shows all.'],
      ['-g', 'In a form that stty takes back.'],
    ],
    exit: [['2', 'An error occurred.']],
    seeAlso: ['tput(1)'],
  },
  {
    name: 'tput',
    also: ['clear', 'reset'],
    section: '1',
    summary: 'uses capabilities of the terminal',
    synopsis: ['tput [-Ttype] capability [parameter ...]', 'tput -S', 'clear'],
    description: [
      '*tput* prints what a capability of terminfo is for the terminal that ' +
        'TERM names. *clear* empties the screen, *reset* makes it sane.',
    ],
    exit: [
      ['0', 'It was printed.'],
      ['1', 'The flag is off.'],
      ['3', 'The terminal is unknown.'],
      ['4', 'The capability is unknown.'],
    ],
    seeAlso: ['stty(1)'],
  },
  {
    name: 'w',
    also: ['uptime', 'who', 'last'],
    section: '1',
    summary: 'shows who is logged in, and for how long the node is up',
    synopsis: [
      'w [-hls] [user]',
      'uptime',
      'who [-abdHlmpqrstTu] [am i]',
      'last [-n count] [user ...]',
    ],
    description: [
      '*w* shows what each user does; *uptime* only its first line. *who* ' +
        'lists logins, *last* the history of logins.',
    ],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
    seeAlso: ['ps(1)'],
  },
  {
    name: 'su',
    section: '8',
    summary: 'becomes another user',
    synopsis: ['su [-] [user [arguments]]'],
    description: [
      '*su* asks for the password, unless root calls it, and starts the ' +
        'user’s shell. With - the environment is that of a login.',
    ],
    seeAlso: ['passwd(1)'],
  },
  {
    name: 'passwd',
    section: '1',
    summary: 'changes a password',
    synopsis: ['passwd [user]', 'passwd -s [user]'],
    description: [
      'The password is kept in /etc/shadow as a SHA-256 hash. Only root ' +
        'changes those of others.',
    ],
    options: [['-s', 'Shows whether there is one.']],
    exit: [
      ['0', 'It was changed.'],
      ['>0', 'It was not.'],
    ],
    seeAlso: ['su(8)'],
  },
  {
    name: 'bc',
    section: '1',
    summary: 'calculates with any precision',
    synopsis: ['bc [-l] [file ...]'],
    description: [
      '*bc* reads expressions and prints their values; scale is the number of ' +
        'digits after the point. It knows variables, arrays, if, while, for and ' +
        'functions that *define* makes.',
    ],
    options: [['-l', 'With e, l, s, c, a, and 20 digits.']],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
  },
  {
    name: 'getopt',
    section: '1',
    summary: 'puts the options of a script in order',
    synopsis: ['getopt letters $*'],
    description: [
      '*getopt* prints the options one by one, then -- and the rest. The ' +
        'shell’s *getopts* also keeps blanks in values.',
    ],
    exit: [
      ['0', 'All went well.'],
      ['>0', 'An error occurred.'],
    ],
    seeAlso: ['bash(1)'],
  },
  {
    name: 'which',
    section: '1',
    summary: 'says where a command would be found',
    synopsis: ['which [-a] name ...'],
    description: [
      'Looks along *PATH* as the shell does and prints the first program of each name. It knows ' +
        'nothing of aliases and functions: ask *type*.',
    ],
    options: [['-a', 'All programs of that name, in the order of *PATH*.']],
    exit: [
      ['0', 'All were found.'],
      ['1', 'One was not.'],
    ],
    seeAlso: ['bash(1)'],
  },
  {
    name: 'stat',
    section: '1',
    summary: 'shows what the system knows of a file',
    synopsis: ['stat [-Lt] [-c format] file ...'],
    description: [
      'Prints type, size, owner, permissions and times. *format* has a letter after % for each: ' +
        'n name, s size, F type, a and A permissions, u U g G owners, h links, i inode, d device, ' +
        'b blocks, x X y Y z Z times of access, change of contents and change of status.',
    ],
    options: [
      ['-L', 'Follows symbolic links.'],
      ['-c format', 'Prints that.'],
      ['-t', 'One line with all.'],
    ],
    exit: [
      ['0', 'All went well.'],
      ['1', 'A file could not be looked at.'],
    ],
    seeAlso: ['ls(1)', 'file(1)'],
  },
  ...ZFS_PAGES,
];
