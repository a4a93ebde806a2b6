/** pgrep and pkill: find processes, or send them a signal. @man pgrep(1) */
import { PRNODEV, type Psinfo } from '#abi/illumos/procfs.ts';
import { SIGTERM } from '#abi/illumos/signal.ts';
import { utf8ToLatin1 } from '#base/bytes.ts';
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { Accounts } from '#lib/libc/accounts.ts';
import { getopt } from '#lib/libc/getopt.ts';
import { compileRegex, type Regex, RegexError } from '#lib/libc/regex.ts';
import { signalFromText } from '#lib/libc/signames.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';
import { listPsinfo } from '#lib/libproc/proc.ts';

const LISTS = `	[-u euidlist] [-U uidlist] [-G gidlist] [-J projidlist]
	[-T taskidlist] [-t termlist] [-z zonelist] [-c ctidlist] [pattern]
`;
const PGREP_USAGE = `Usage: pgrep [-flnovx] [-d delim] [-P ppidlist] [-g pgrplist] [-s sidlist]
${LISTS}`;
const PKILL_USAGE = `Usage: pkill [-signal] [-fnovx] [-P ppidlist] [-g pgrplist] [-s sidlist]
${LISTS}`;

const E_MATCH = 0;
const E_NOMATCH = 1;
const E_USAGE = 2;
const E_ERROR = 3;

/** The member of psinfo that a list option looks at. */
const ID_OPTIONS: Readonly<Record<string, (info: Psinfo) => number>> = {
  P: (info) => info.ppid,
  g: (info) => info.pgid,
  s: (info) => info.sid,
  u: (info) => info.euid,
  U: (info) => info.uid,
  G: (info) => info.gid,
  J: (info) => info.projid,
  T: (info) => info.taskid,
  c: (info) => info.contract,
  z: (info) => info.zoneid,
};

interface Criteria {
  readonly flags: ReadonlySet<string>;
  readonly ids: ReadonlyMap<string, ReadonlySet<number>>;
  readonly terminals: ReadonlySet<bigint> | undefined;
  readonly pattern: Regex | undefined;
  readonly delimiter: string;
}

/** One word of a list as a number; a message when it is none. */
function* idOf(sys: Sys, letter: string, word: string): Task<number | string> {
  const accounts = new Accounts(sys);
  if (letter === 'u' || letter === 'U') {
    return (yield* accounts.userId(word)) ?? `invalid user name -- ${word}`;
  }
  if (letter === 'G') return (yield* accounts.groupId(word)) ?? `invalid group name -- ${word}`;
  if (letter === 'z') return word === 'global' || word === '0' ? 0 : `invalid zone name -- ${word}`;
  if (!/^\d+$/.test(word)) return `invalid argument for option '${letter}' -- ${word}`;
  // 0 is the caller's own group or session.
  if (letter === 'g' && word === '0') return Number(yield* sys.getpgid(0));
  if (letter === 's' && word === '0') return Number(yield* sys.getsid(0));
  return Number(word);
}

function* terminalsOf(sys: Sys, list: string): Task<Set<bigint> | string> {
  const devices = new Set<bigint>();
  for (const name of list.split(/[\s,]+/).filter((word) => word !== '')) {
    if (name === 'none') {
      devices.add(PRNODEV);
      continue;
    }
    const stat = yield* sys.stat(`/dev/${name}`);
    if (isErrno(stat)) return `unknown terminal name -- ${name}`;
    devices.add(BigInt(stat.rdev));
  }
  return devices;
}

/** Parses the command line; a string is a complaint without usage, true one with it. */
function* criteriaOf(
  io: Stdio,
  sys: Sys,
  args: readonly string[],
  isKill: boolean,
): Task<Criteria | 'usage' | 'error'> {
  const parsed = getopt(operandsLast(args), isKill ? `fnovx${VALUED}` : `flnovxd:${VALUED}`);
  if (parsed.message !== undefined) {
    yield* io.warn(parsed.message);
    return 'usage';
  }
  const flags = new Set<string>();
  const ids = new Map<string, Set<number>>();
  let terminals: ReadonlySet<bigint> | undefined;
  let delimiter = '\n';
  for (const { letter, value } of parsed.options) {
    if (letter === 'd') delimiter = value;
    else if (letter === 't') {
      const devices = yield* terminalsOf(sys, value);
      if (typeof devices === 'string') {
        yield* io.warn(devices);
        return 'error';
      }
      terminals = devices;
    } else if (letter in ID_OPTIONS) {
      const set = ids.get(letter) ?? new Set<number>();
      ids.set(letter, set);
      for (const word of value.split(/[\s,]+/).filter((part) => part !== '')) {
        const id = yield* idOf(sys, letter, word);
        if (typeof id === 'string') {
          yield* io.warn(id);
          return 'error';
        }
        set.add(id);
      }
    } else flags.add(letter);
  }
  const wrong = yield* complaint(io, flags, ids, terminals, parsed.operands);
  if (wrong) return 'usage';
  const [text] = parsed.operands;
  const pattern =
    text === undefined ? undefined : compileRegex(utf8ToLatin1(text), { syntax: 'extended' });
  if (pattern instanceof RegexError) {
    yield* io.warn('failed to compile regular expression');
    return 'error';
  }
  return { flags, ids, terminals, pattern, delimiter };
}

const VALUED = 'c:u:U:G:P:g:s:t:z:J:T:';

/** Options may follow the pattern. */
function operandsLast(args: readonly string[]): string[] {
  const options: string[] = [];
  const operands: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] as string;
    if (word === '--') {
      operands.push(...args.slice(at + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      operands.push(word);
      continue;
    }
    options.push(word);
    const takesNext = /^-[flnovx]*[cduUGPgstzJT]$/.test(word);
    if (takesNext && at + 1 < args.length) options.push(args[(at += 1)] as string);
  }
  return [...options, '--', ...operands];
}

function* complaint(
  io: Stdio,
  flags: ReadonlySet<string>,
  ids: ReadonlyMap<string, unknown>,
  terminals: unknown,
  operands: readonly string[],
): Task<boolean> {
  if (operands.length > 1) yield* io.warn(`illegal argument -- ${operands[1]}`);
  else if (flags.has('n') && flags.has('o')) yield* io.warn('-n and -o are mutually exclusive');
  else if (operands.length === 0 && ids.size === 0 && terminals === undefined) {
    yield* io.warn('No matching criteria specified');
  } else return false;
  return true;
}

function matches(info: Psinfo, criteria: Criteria): boolean {
  for (const [letter, set] of criteria.ids) {
    if (!set.has((ID_OPTIONS[letter] as (info: Psinfo) => number)(info))) return false;
  }
  if (criteria.terminals !== undefined && !criteria.terminals.has(info.ttydev)) return false;
  const { pattern, flags } = criteria;
  if (pattern === undefined) return true;
  const text = utf8ToLatin1(flags.has('f') ? info.psargs : info.fname);
  const found = pattern.find(text);
  if (found === undefined) return false;
  return !flags.has('x') || (found[0] === 0 && found[1] === text.length);
}

function choose(processes: readonly Psinfo[], criteria: Criteria, self: number): Psinfo[] {
  const { flags } = criteria;
  const found = processes.filter(
    (info) => info.nlwp !== 0 && info.pid !== self && matches(info, criteria) !== flags.has('v'),
  );
  if (!flags.has('n') && !flags.has('o')) return found;
  const sorted = found.toSorted((a, b) => Number(a.start - b.start) || a.pid - b.pid);
  return flags.has('n') ? sorted.slice(-1) : sorted.slice(0, 1);
}

function* pgrep(io: Stdio, sys: Sys): Task<number> {
  const isKill = io.name === 'pkill';
  let args = sys.argv.slice(1);
  let signal = SIGTERM;
  const named = isKill && args[0]?.startsWith('-') ? signalFromText(args[0].slice(1)) : undefined;
  if (named !== undefined) {
    signal = named;
    args = args.slice(1);
  }
  const criteria = yield* criteriaOf(io, sys, args, isKill);
  if (criteria === 'usage') {
    return yield* usageError(io, isKill ? PKILL_USAGE : PGREP_USAGE, undefined, E_USAGE);
  }
  if (criteria === 'error') return E_USAGE;
  const processes = yield* listPsinfo(sys);
  if (isErrno(processes)) {
    yield* io.warn(`Failed to open /proc: ${processes.message}`);
    return E_ERROR;
  }
  const found = choose(processes, criteria, sys.pid);
  if (isKill) {
    for (const { pid } of found) {
      const result = pid === 0 ? 0 : yield* sys.kill(pid, signal);
      if (isErrno(result)) yield* io.warn(`Failed to signal pid ${pid}: ${result.message}`);
    }
  } else if (found.length > 0) {
    const { flags } = criteria;
    const shown = found.map((info) => {
      if (!flags.has('l')) return String(info.pid);
      return `${String(info.pid).padStart(5)} ${flags.has('f') ? info.psargs : info.fname}`;
    });
    yield* io.out.write(`${shown.join(criteria.delimiter)}\n`);
  }
  return found.length > 0 ? E_MATCH : E_NOMATCH;
}

export const PGREP: Command = {
  name: 'pgrep',
  path: '/usr/bin/pgrep',
  links: ['/usr/bin/pkill'],
  main: withStdio(pgrep),
};
