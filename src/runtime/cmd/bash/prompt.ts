/**
 * Prompts: backslash escapes, then the expansions of a here-document. `\[` and `\]` become U+0001
 * and U+0002, between which nothing counts for the width (the editor drops the marks).
 * @man bash(1) PROMPTING
 */
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { expandText } from '#cmd/bash/expand/word.ts';
import { readPasswd } from '#cmd/bash/expand/tilde.ts';
import { Discard } from '#cmd/bash/failure.ts';
import type { Shell } from '#cmd/bash/shell.ts';
import { Lowering } from '#cmd/bash/syntax/lower.ts';
import { lowerDocument } from '#cmd/bash/syntax/lower-word.ts';
import { byteAsText } from '#cmd/bash/text.ts';
import { localtime, strftime, timezoneFrom } from '#lib/libc/time.ts';

export const BASH_VERSION = '5.2.37(1)-release';

export const INVISIBLE_START = '\x01';
export const INVISIBLE_END = '\x02';

/** A prompt with the marks of invisible text in it. */
export function* expandMarkedPrompt(shell: Shell, template: string): Task<string> {
  const decoded = yield* decodePrompt(shell, template);
  if (!shell.shopts.on('promptvars') || !/[$`\\]/.test(decoded)) return decoded;
  const parts = lowerDocument(decoded, new Lowering(decoded, shell.line).script);
  const { status, substitutionStatus } = shell;
  try {
    return yield* expandText(shell, {
      text: decoded,
      literal: undefined,
      parts: [{ kind: 'double', parts }],
      braces: undefined,
      assignment: undefined,
    });
  } catch (error) {
    if (!(error instanceof Discard)) throw error;
    yield* shell.complain(error.message);
    return '';
  } finally {
    shell.status = status;
    shell.substitutionStatus = substitutionStatus;
  }
}

/** The same without marks: PS4, `${x@P}`. */
export function* expandPrompt(shell: Shell, template: string): Task<string> {
  return (yield* expandMarkedPrompt(shell, template)).replace(/[\x01\x02]/g, '');
}

function* decodePrompt(shell: Shell, template: string): Task<string> {
  if (!template.includes('\\')) return template;
  let out = '';
  for (let at = 0; at < template.length; at += 1) {
    const char = template[at] as string;
    const next = template[at + 1];
    if (char !== '\\' || next === undefined) {
      out += char;
      continue;
    }
    at += 1;
    const octal = /^[0-7]{3}/.exec(template.slice(at))?.[0];
    const format = next === 'D' ? /^D\{([^}]*)\}/.exec(template.slice(at)) : null;
    if (octal !== undefined) {
      out += byteAsText(Number.parseInt(octal, 8) & 0xff);
      at += 2;
    } else if (format !== null) {
      out += protect(yield* formatTime(shell, format[1] === '' ? '%X' : (format[1] as string)));
      at += format[0].length - 1;
    } else out += yield* decodeEscape(shell, next);
  }
  return out;
}

/** Keeps the expansion that follows from seeing `$` in a directory's name. */
function protect(text: string): string {
  return text.replace(/[\\$`]/g, '\\$&');
}

const FIXED: Readonly<Record<string, string>> = {
  a: '\x07',
  e: '\x1b',
  n: '\n',
  r: '\r',
  '\\': '\\\\',
  '[': INVISIBLE_START,
  ']': INVISIBLE_END,
  v: '5.2',
  V: '5.2.37',
};

const TIMES: Readonly<Record<string, string>> = {
  d: '%a %b %d',
  t: '%H:%M:%S',
  T: '%I:%M:%S',
  '@': '%I:%M %p',
  A: '%H:%M',
};

function* decodeEscape(shell: Shell, letter: string): Task<string> {
  const fixed = FIXED[letter];
  if (fixed !== undefined) return fixed;
  const time = TIMES[letter];
  if (time !== undefined) return yield* formatTime(shell, time);
  switch (letter) {
    case 'u':
      return protect(yield* userName(shell));
    case 'h':
    case 'H': {
      const { nodename } = yield* shell.sys.uname();
      return protect(letter === 'H' ? nodename : nodename.replace(/\..*/, ''));
    }
    case 'w':
    case 'W':
      return protect(directory(shell, letter));
    case '$':
      return (yield* shell.sys.getuid()).effective === 0 ? '#' : '\\$';
    case 's':
      return protect(shell.name.replace(/^.*\//, ''));
    case 'j':
      return String(shell.jobs.all.length);
    case '!':
      return String(shell.history?.nextNumber ?? 1);
    case '#':
      return String(shell.commandNumber);
    case 'l':
      return 'console';
    default:
      return `\\${letter}`;
  }
}

function directory(shell: Shell, letter: string): string {
  const path = shell.variables.get('PWD') ?? '';
  const home = shell.variables.get('HOME') ?? '';
  const isBelow = home.length > 1 && (path === home || path.startsWith(`${home}/`));
  if (letter === 'W') {
    if (path === home) return '~';
    return path === '/' ? '/' : path.replace(/^.*\//, '');
  }
  const shown = isBelow ? `~${path.slice(home.length)}` : path;
  const keep = Number(shell.variables.get('PROMPT_DIRTRIM') ?? 0);
  const parts = shown.split('/').filter((part) => part !== '' && part !== '~');
  if (!(keep > 0) || parts.length <= keep) return shown;
  return `${isBelow ? '~/' : ''}.../${parts.slice(-keep).join('/')}`;
}

export function* userName(shell: Shell): Task<string> {
  const { real } = yield* shell.sys.getuid();
  const entry = (yield* readPasswd(shell)).find((fields) => fields[2] === String(real));
  return entry?.[0] ?? shell.variables.get('LOGNAME') ?? 'I have no name!';
}

function* formatTime(shell: Shell, format: string): Task<string> {
  const now = yield* shell.sys.gettimeofday();
  if (isErrno(now)) return '';
  return strftime(format, localtime(now, timezoneFrom(shell.variables.environment())));
}
