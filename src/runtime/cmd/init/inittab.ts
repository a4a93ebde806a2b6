/**
 * /etc/inittab: `id:levels:action:command`. The command is run by sh in illumos; here simple ones
 * (words and redirections) are run as they are, so that init needs no shell.
 * @man inittab(5)
 */
import { O_APPEND, O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from '#abi/illumos/fcntl.ts';

export interface InittabEntry {
  readonly id: string;
  /** Letters of the levels it belongs to; empty = all. */
  readonly levels: string;
  readonly action: string;
  readonly command: string;
}

const ACTIONS: ReadonlySet<string> = new Set([
  'boot',
  'bootwait',
  'initdefault',
  'off',
  'once',
  'ondemand',
  'powerfail',
  'powerwait',
  'respawn',
  'sysinit',
  'wait',
]);

/** The entries in order; lines that are none are left out. */
export function parseInittab(text: string): InittabEntry[] {
  const entries: InittabEntry[] = [];
  for (const line of text.split('\n')) {
    const match = /^([^:#]{1,4}):([^:]*):([^:]*):(.*)$/.exec(line);
    if (match === null) continue;
    const [, id = '', levels = '', action = '', command = ''] = match;
    if (ACTIONS.has(action)) entries.push({ id, levels, action, command: command.trim() });
  }
  return entries;
}

export interface Redirection {
  readonly fd: number;
  readonly path: string;
  readonly flags: number;
}

export interface SimpleCommand {
  readonly words: readonly string[];
  readonly redirections: readonly Redirection[];
}

const OPENERS: ReadonlyMap<string, number> = new Map([
  ['<', O_RDONLY],
  ['>', O_WRONLY | O_CREAT | O_TRUNC],
  ['>>', O_WRONLY | O_CREAT | O_APPEND],
  ['<>', O_RDWR | O_CREAT],
]);

/** undefined: the command needs a shell. */
export function parseSimpleCommand(command: string): SimpleCommand | undefined {
  if (/[;&|$`'"\\*?[\](){}~#]/.test(command)) return undefined;
  const words: string[] = [];
  const redirections: Redirection[] = [];
  for (const word of command.split(/\s+/)) {
    if (word === '') continue;
    const match = /^(\d?)(<>|>>|<|>)(.*)$/.exec(word);
    if (match === null) {
      words.push(word);
      continue;
    }
    const [, number = '', operator = '', path = ''] = match;
    if (path === '') return undefined;
    const isInput = operator === '<' || operator === '<>';
    const fd = number === '' ? (isInput ? 0 : 1) : Number(number);
    redirections.push({ fd, path, flags: OPENERS.get(operator) ?? O_RDONLY });
  }
  return words.length === 0 ? undefined : { words, redirections };
}
