/** trap umask ulimit times getopts. @man bash(1) */
import { isErrno } from '#kernel/os/errno.ts';
import type { ResourceUsage, RlimitName, Task } from '#kernel/syscall/sys.ts';
import { SIGNALS } from '#abi/illumos/signal.ts';
import { formatMode, parseMode } from '#cmd/bash/builtins/mode.ts';
import { parseOptions, usageError } from '#cmd/bash/builtins/options.ts';
import { setTrap, signalName, trapKey } from '#cmd/bash/execute/trap.ts';
import { quoteAlways } from '#cmd/bash/expand/quote.ts';
import type { Builtin, Shell } from '#cmd/bash/shell.ts';

export const trapBuiltin: Builtin = function* (shell, args) {
  const parsed = yield* parseOptions(shell, 'trap', args[0] === '-' ? [] : args, 'lp');
  if (parsed === undefined) return 2;
  const operands = args[0] === '-' ? args : parsed.operands;
  if (parsed.letters.includes('l')) {
    const cells = SIGNALS.map(([n]) => `${String(n).padStart(2)}) SIG${signalName(n)}`);
    let text = '';
    for (let i = 0; i < cells.length; i += 5) text += `${cells.slice(i, i + 5).join('\t')}\n`;
    return yield* shell.print(text, 'trap');
  }
  if (operands.length === 0 || parsed.letters.includes('p')) {
    return yield* showTraps(shell, operands);
  }
  const [first = '', ...rest] = operands;
  const isReset =
    first === '-' || (rest.length === 0 && trapKey(first) !== undefined) || /^\d+$/.test(first);
  const names = rest.length === 0 || (/^\d+$/.test(first) && first !== '-') ? operands : rest;
  if (!isReset && rest.length === 0) {
    return yield* usageError(shell, 'trap', `${first}: invalid signal specification`);
  }
  let status = 0;
  for (const name of names) {
    const key = trapKey(name);
    if (key === undefined) {
      yield* shell.complain(`trap: ${name}: invalid signal specification`);
      status = 1;
    } else yield* setTrap(shell, key, isReset ? undefined : first);
  }
  return status;
};

function* showTraps(shell: Shell, names: readonly string[]): Task<number> {
  const traps = new Map([...shell.inheritedTraps, ...shell.traps]);
  const order = [
    'EXIT',
    ...SIGNALS.map(([number]) => signalName(number) ?? ''),
    'DEBUG',
    'ERR',
    'RETURN',
  ];
  const wanted = names.length === 0 ? order : names.map((name) => trapKey(name) ?? '');
  let text = '';
  for (const key of wanted) {
    const trap = traps.get(key);
    if (trap === undefined) continue;
    const isPseudo = ['EXIT', 'DEBUG', 'ERR', 'RETURN'].includes(key);
    text += `trap -- ${quoteAlways(trap.action)} ${isPseudo ? key : `SIG${key}`}\n`;
  }
  return yield* shell.print(text, 'trap');
}

export const umaskBuiltin: Builtin = function* (shell, args) {
  const parsed = yield* parseOptions(shell, 'umask', args, 'pS');
  if (parsed === undefined) return 2;
  const current = yield* shell.sys.umask(0);
  yield* shell.sys.umask(current);
  const [text] = parsed.operands;
  if (text === undefined) {
    const isSymbolic = parsed.letters.includes('S');
    const shown = isSymbolic ? formatMode(~current & 0o777) : current.toString(8).padStart(4, '0');
    const prefix = parsed.letters.includes('p') ? `umask ${isSymbolic ? '-S ' : ''}` : '';
    return yield* shell.print(`${prefix}${shown}\n`, 'umask');
  }
  if (/^\d/.test(text)) {
    if (!/^[0-7]{1,4}$/.test(text)) {
      yield* shell.complain(`umask: ${text}: octal number out of range`);
      return 1;
    }
    yield* shell.sys.umask(Number.parseInt(text, 8));
    return 0;
  }
  const mode = parseMode(text, ~current & 0o777);
  if (typeof mode === 'string') {
    yield* shell.complain(`umask: ${mode}`);
    return 1;
  }
  yield* shell.sys.umask(~mode & 0o777);
  return 0;
};

interface Limit {
  readonly letter: string;
  readonly name: RlimitName;
  readonly words: string;
  readonly unit: string;
  /** Bytes (or pieces) in one unit. */
  readonly scale: number;
}

const LIMITS: readonly Limit[] = [
  { letter: 'c', name: 'core', words: 'core file size', unit: 'blocks', scale: 512 },
  { letter: 'd', name: 'data', words: 'data seg size', unit: 'kbytes', scale: 1024 },
  { letter: 'f', name: 'fsize', words: 'file size', unit: 'blocks', scale: 512 },
  { letter: 'n', name: 'nofile', words: 'open files', unit: '', scale: 1 },
  { letter: 's', name: 'stack', words: 'stack size', unit: 'kbytes', scale: 1024 },
  { letter: 't', name: 'cpu', words: 'cpu time', unit: 'seconds', scale: 1 },
  { letter: 'u', name: 'nproc', words: 'max user processes', unit: '', scale: 1 },
  { letter: 'v', name: 'vmem', words: 'virtual memory', unit: 'kbytes', scale: 1024 },
];

export const ulimitBuiltin: Builtin = function* (shell, args) {
  const letters = LIMITS.map((limit) => limit.letter).join('');
  const parsed = yield* parseOptions(shell, 'ulimit', args, `SHa${letters}`);
  if (parsed === undefined) return 2;
  const isHard = parsed.letters.includes('H');
  const asked = LIMITS.filter(
    ({ letter }) => parsed.letters.includes('a') || parsed.letters.includes(letter),
  );
  const chosen = asked.length > 0 ? asked : LIMITS.filter(({ letter }) => letter === 'f');
  const [value] = parsed.operands;
  if (value !== undefined) return yield* setLimit(shell, chosen[0] as Limit, value, parsed.letters);
  let text = '';
  for (const limit of chosen) {
    const { current, maximum } = yield* shell.sys.getrlimit(limit.name);
    const amount = isHard ? maximum : current;
    const shown = amount === Infinity ? 'unlimited' : String(Math.floor(amount / limit.scale));
    if (chosen.length === 1) text += `${shown}\n`;
    else {
      const unit = `(${limit.unit === '' ? '' : `${limit.unit}, `}-${limit.letter})`;
      text += `${limit.words.padEnd(20)} ${unit.padStart(20)} ${shown}\n`;
    }
  }
  return yield* shell.print(text, 'ulimit');
};

function* setLimit(shell: Shell, limit: Limit, value: string, letters: string): Task<number> {
  const before = yield* shell.sys.getrlimit(limit.name);
  let amount: number;
  if (value === 'unlimited') amount = Infinity;
  else if (value === 'hard') amount = before.maximum;
  else if (value === 'soft') amount = before.current;
  else if (/^\d+$/.test(value)) amount = Number(value) * limit.scale;
  else {
    yield* shell.complain(`ulimit: ${value}: invalid number`);
    return 1;
  }
  const both = !/[SH]/.test(letters);
  const result = yield* shell.sys.setrlimit(limit.name, {
    current: both || letters.includes('S') ? amount : before.current,
    maximum: both || letters.includes('H') ? amount : before.maximum,
  });
  if (!isErrno(result)) return 0;
  const words = result.name === 'EPERM' ? 'Operation not permitted' : result.message;
  yield* shell.complain(`ulimit: ${limit.words}: cannot modify limit: ${words}`);
  return 1;
}

export const timesBuiltin: Builtin = function* (shell) {
  const { self, children } = yield* shell.sys.times();
  const line = (usage: ResourceUsage): string =>
    `${clock(usage.userNs)} ${clock(usage.systemNs)}\n`;
  return yield* shell.print(line(self) + line(children), 'times');
};

function clock(ns: bigint): string {
  const milliseconds = Number(ns / 1_000_000n);
  const minutes = Math.floor(milliseconds / 60_000);
  return `${minutes}m${((milliseconds % 60_000) / 1000).toFixed(3)}s`;
}

/** One option a call; OPTIND and a hidden position inside a group of letters remember where. */
export const getoptsBuiltin: Builtin = function* (shell, args) {
  const [letters, name, ...given] = args[0] === '--' ? args.slice(1) : args;
  if (letters === undefined || name === undefined) {
    yield* shell.write(2, 'getopts: usage: getopts optstring name [arg ...]\n');
    return 2;
  }
  const words = args.length > 2 ? given : shell.positional;
  const isSilent = letters.startsWith(':');
  let index = Number(shell.variables.get('OPTIND') ?? 1);
  const word = words[index - 1];
  const setIndex = (value: number): void => shell.variables.setQuietly('OPTIND', String(value));
  if (word === undefined || !/^-./.test(word) || word === '--') {
    if (word === '--') setIndex(index + 1);
    shell.getoptsOffset = 1;
    shell.variables.unset('OPTARG');
    shell.variables.set(name, '?');
    return 1;
  }
  const letter = word[shell.getoptsOffset] as string;
  const known = letter === ':' ? -1 : letters.indexOf(letter);
  shell.getoptsOffset += 1;
  const isLast = shell.getoptsOffset >= word.length;
  const takesValue = known >= 0 && letters[known + 1] === ':';
  let value = takesValue && !isLast ? word.slice(shell.getoptsOffset) : undefined;
  if (isLast || takesValue) {
    index += 1;
    shell.getoptsOffset = 1;
    if (takesValue && value === undefined) {
      value = words[index - 1];
      index += 1;
    }
  }
  setIndex(index);
  if (known >= 0 && (!takesValue || value !== undefined)) {
    shell.variables.set(name, letter);
    if (takesValue) shell.variables.set('OPTARG', value ?? '');
    else shell.variables.unset('OPTARG');
    return 0;
  }
  yield* reportOption(shell, name, letter, known < 0, isSilent);
  return 0;
};

function* reportOption(
  shell: Shell,
  name: string,
  letter: string,
  isUnknown: boolean,
  isSilent: boolean,
): Task<void> {
  shell.variables.set(name, isUnknown || !isSilent ? '?' : ':');
  if (isSilent) {
    shell.variables.set('OPTARG', letter);
    return;
  }
  shell.variables.unset('OPTARG');
  if (shell.variables.get('OPTERR') === '0') return;
  const problem = isUnknown ? 'illegal option' : 'option requires an argument';
  yield* shell.write(2, `${shell.name}: ${problem} -- ${letter}\n`);
}
