/** type command builtin hash alias unalias enable help. @man bash(1) */
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { parseOptions } from '#cmd/bash/builtins/options.ts';
import { USAGE } from '#cmd/bash/builtins/usage.table.ts';
import { findInPath } from '#cmd/bash/execute/program.ts';
import { quoteAlways } from '#cmd/bash/expand/quote.ts';
import type { Builtin, Shell } from '#cmd/bash/shell.ts';
import { printFunction } from '#cmd/bash/syntax/print.ts';

export const KEYWORDS: ReadonlySet<string> = new Set(
  'if then else elif fi case esac for select while until do done in function time { } ! [[ ]] coproc'.split(
    ' ',
  ),
);

export const SPECIAL: ReadonlySet<string> = new Set(
  '. : break continue eval exec exit export readonly return set shift source times trap unset'.split(
    ' ',
  ),
);

interface Meaning {
  readonly kind: 'alias' | 'keyword' | 'function' | 'builtin' | 'file';
  /** What `type` says. */
  readonly words: string;
  /** What `command -v` says. */
  readonly brief: string;
  readonly path: string | undefined;
}

/** What `name` would run, in order of precedence. */
function* meanings(
  shell: Shell,
  name: string,
  options: { all: boolean; functions: boolean; path?: string },
): Task<Meaning[]> {
  const found: Meaning[] = [];
  const alias = shell.aliases.get(name);
  if (alias !== undefined && (shell.isInteractive || shell.shopts.on('expand_aliases'))) {
    found.push(
      meaning('alias', `${name} is aliased to \`${alias}'`, `alias ${name}=${quoteAlways(alias)}`),
    );
  }
  if (KEYWORDS.has(name)) found.push(meaning('keyword', `${name} is a shell keyword`, name));
  const value = options.functions ? shell.functions.get(name) : undefined;
  if (value !== undefined) {
    const text = printFunction(value);
    found.push(meaning('function', `${name} is a function\n${text.trimEnd()}`, name));
  }
  if (shell.engine.builtins.has(name) && !shell.disabledBuiltins.has(name)) {
    const special = shell.options.on('posix') && SPECIAL.has(name) ? 'special ' : '';
    found.push(meaning('builtin', `${name} is a ${special}shell builtin`, name));
  }
  if (!options.all && found.length > 0) return found;
  const hashed = shell.commandHash.get(name);
  if (hashed !== undefined && !options.all) {
    return [meaning('file', `${name} is hashed (${hashed.path})`, hashed.path, hashed.path)];
  }
  const paths = name.includes('/')
    ? yield* executable(shell, name)
    : yield* findInPath(shell, name, options.path, options.all);
  for (const path of paths) {
    if (isErrno(yield* shell.sys.access(path, 1, true))) continue;
    found.push(meaning('file', `${name} is ${path}`, path, path));
  }
  return found;
}

function meaning(kind: Meaning['kind'], words: string, brief: string, path?: string): Meaning {
  return { kind, words, brief, path };
}

function* executable(shell: Shell, path: string): Task<string[]> {
  const stat = yield* shell.sys.stat(path);
  return isErrno(stat) || stat.type === 'VDIR' ? [] : [path];
}

export const typeBuiltin: Builtin = function* (shell, args) {
  const parsed = yield* parseOptions(shell, 'type', args, 'afptP');
  if (parsed === undefined) return 2;
  const { letters, operands } = parsed;
  let status = 0;
  let text = '';
  for (const name of operands) {
    const options = { all: letters.includes('a'), functions: !letters.includes('f') };
    let found = letters.includes('P')
      ? (yield* findInPath(shell, name, undefined, options.all)).map((path) =>
          meaning('file', path, path, path),
        )
      : yield* meanings(shell, name, options);
    if (found.length === 0) {
      status = 1;
      if (!/[ptP]/.test(letters)) yield* shell.complain(`type: ${name}: not found`);
      continue;
    }
    if (!options.all) found = found.slice(0, 1);
    for (const item of found) {
      if (letters.includes('t')) text += `${item.kind}\n`;
      else if (/[pP]/.test(letters)) text += item.path === undefined ? '' : `${item.path}\n`;
      else text += `${item.words}\n`;
    }
  }
  const written = yield* shell.print(text, 'type');
  return written === 0 ? status : written;
};

const STANDARD_PATH = '/usr/bin:/usr/sbin:/sbin:/bin';

export const commandBuiltin: Builtin = function* (shell, args) {
  const parsed = yield* parseOptions(shell, 'command', args, 'pVv');
  if (parsed === undefined) return 2;
  const { letters, operands } = parsed;
  if (operands.length === 0) return 0;
  const path = letters.includes('p') ? STANDARD_PATH : undefined;
  const withPath = path === undefined ? {} : { path };
  if (!/[vV]/.test(letters)) {
    return yield* shell.engine.runWords(shell, operands, {
      withFunctions: false,
      withBuiltins: true,
      withPrograms: true,
      ...withPath,
    });
  }
  let found = 0;
  let text = '';
  for (const name of operands) {
    const [first] = yield* meanings(shell, name, { all: false, functions: true, ...withPath });
    if (first === undefined) {
      if (letters.includes('V')) yield* shell.complain(`command: ${name}: not found`);
      continue;
    }
    found += 1;
    text += `${letters.includes('V') ? first.words : first.brief}\n`;
  }
  const written = yield* shell.print(text, 'command');
  return found === 0 ? 1 : written;
};

export const builtinBuiltin: Builtin = function* (shell, args) {
  const words = args[0] === '--' ? args.slice(1) : args;
  const [name] = words;
  if (name === undefined) return 0;
  if (!shell.engine.builtins.has(name)) {
    yield* shell.complain(`builtin: ${name}: not a shell builtin`);
    return 1;
  }
  return yield* shell.engine.runWords(shell, words, {
    withFunctions: false,
    withBuiltins: true,
    withPrograms: false,
  });
};

export const hashBuiltin: Builtin = function* (shell, args) {
  const parsed = yield* parseOptions(shell, 'hash', args, 'dlp:rt');
  if (parsed === undefined) return 2;
  const { letters, operands } = parsed;
  if (letters.includes('r')) shell.commandHash.clear();
  if (operands.length === 0) return letters === '' ? yield* listHash(shell) : 0;
  let status = 0;
  for (const name of operands) {
    const given = parsed.values.get('p');
    if (letters.includes('d')) {
      if (!shell.commandHash.delete(name)) {
        yield* shell.complain(`hash: ${name}: not found`);
        status = 1;
      }
    } else if (given !== undefined) shell.commandHash.set(name, { path: given, hits: 0 });
    else if (letters.includes('t')) {
      const hashed = shell.commandHash.get(name);
      if (hashed === undefined) {
        yield* shell.complain(`hash: ${name}: not found`);
        status = 1;
      } else {
        const prefix = operands.length > 1 ? `${name}\t` : '';
        yield* shell.print(`${prefix}${hashed.path}\n`, 'hash');
      }
    } else if (!name.includes('/') && !shell.engine.builtins.has(name)) {
      const [path] = yield* findInPath(shell, name, undefined, false);
      if (path !== undefined) shell.commandHash.set(name, { path, hits: 0 });
      else {
        yield* shell.complain(`hash: ${name}: not found`);
        status = 1;
      }
    }
  }
  return status;
};

function* listHash(shell: Shell): Task<number> {
  if (shell.commandHash.size === 0) {
    return yield* shell.print('hash: hash table empty\n', 'hash');
  }
  const lines = [...shell.commandHash.values()].map(
    ({ hits, path }) => `${String(hits).padStart(4)}\t${path}\n`,
  );
  return yield* shell.print(`hits\tcommand\n${lines.join('')}`, 'hash');
}

export const aliasBuiltin: Builtin = function* (shell, args) {
  const parsed = yield* parseOptions(shell, 'alias', args, 'p');
  if (parsed === undefined) return 2;
  let status = 0;
  let text = '';
  const show = (name: string, value: string): string => `alias ${name}=${quoteAlways(value)}\n`;
  if (parsed.operands.length === 0) {
    for (const name of [...shell.aliases.keys()].sort()) {
      text += show(name, shell.aliases.get(name) ?? '');
    }
  }
  for (const operand of parsed.operands) {
    const at = operand.indexOf('=', 1);
    if (at > 0) {
      shell.aliases.set(operand.slice(0, at), operand.slice(at + 1));
      continue;
    }
    const value = shell.aliases.get(operand);
    if (value !== undefined) text += show(operand, value);
    else {
      yield* shell.complain(`alias: ${operand}: not found`);
      status = 1;
    }
  }
  const written = yield* shell.print(text, 'alias');
  return written === 0 ? status : written;
};

export const unaliasBuiltin: Builtin = function* (shell, args) {
  const parsed = yield* parseOptions(shell, 'unalias', args, 'a');
  if (parsed === undefined) return 2;
  if (parsed.letters.includes('a')) shell.aliases.clear();
  let status = 0;
  for (const name of parsed.operands) {
    if (shell.aliases.delete(name)) continue;
    yield* shell.complain(`unalias: ${name}: not found`);
    status = 1;
  }
  return status;
};

export const enableBuiltin: Builtin = function* (shell, args) {
  const parsed = yield* parseOptions(shell, 'enable', args, 'anps');
  if (parsed === undefined) return 2;
  const { letters, operands } = parsed;
  if (operands.length === 0) {
    const names = [...shell.engine.builtins.keys()].sort();
    const lines = names.flatMap((name) => {
      const isOff = shell.disabledBuiltins.has(name);
      if (letters.includes('s') && !SPECIAL.has(name)) return [];
      if (letters.includes('a')) return [`enable ${isOff ? '-n ' : ''}${name}\n`];
      if (letters.includes('n') !== isOff) return [];
      return [`enable ${isOff ? '-n ' : ''}${name}\n`];
    });
    return yield* shell.print(lines.join(''), 'enable');
  }
  let status = 0;
  for (const name of operands) {
    if (!shell.engine.builtins.has(name)) {
      yield* shell.complain(`enable: ${name}: not a shell builtin`);
      status = 1;
    } else if (letters.includes('n')) shell.disabledBuiltins.add(name);
    else shell.disabledBuiltins.delete(name);
  }
  return status;
};

export const helpBuiltin: Builtin = function* (shell, args) {
  const parsed = yield* parseOptions(shell, 'help', args, 'dms');
  if (parsed === undefined) return 2;
  const [pattern] = parsed.operands;
  if (pattern === undefined) {
    const lines = Object.keys(USAGE)
      .sort()
      .map((name) => ` ${USAGE[name]}\n`);
    return yield* shell.print(`Shell builtin commands:\n\n${lines.join('')}`, 'help');
  }
  const matcher = shell.patterns.whole(pattern, { extended: false, ignoreCase: false });
  const names = Object.keys(USAGE).filter((name) => matcher.test(name));
  if (names.length === 0) {
    const hint = `Try \`help help' or \`man -k ${pattern}' or \`info ${pattern}'.`;
    yield* shell.complain(`help: no help topics match \`${pattern}'.  ${hint}`);
    return 1;
  }
  return yield* shell.print(names.map((name) => `${name}: ${USAGE[name]}\n`).join(''), 'help');
};
