/**
 * Special parameters (`$?`, `$#`, `$1` …) and the variables that the shell computes (`$RANDOM`,
 * `$SECONDS`, `$LINENO` …).
 * @man bash(1) Special Parameters, Shell Variables
 */
import type { Shell } from '#cmd/bash/shell.ts';
import { optionLetters } from '#cmd/bash/state/options.ts';

/** The value of `$name` when `name` is a digit or a sign; undefined for ordinary names. */
export function specialParameter(
  shell: Shell,
  name: string,
): { readonly value: string | undefined } | undefined {
  if (/^\d/.test(name)) {
    const index = Number(name);
    return { value: index === 0 ? shell.name : shell.positional[index - 1] };
  }
  switch (name) {
    case '#':
      return { value: String(shell.positional.length) };
    case '?':
      return { value: String(shell.status) };
    case '$':
      return { value: String(shell.pid) };
    case '!':
      return { value: shell.lastBackgroundPid?.toString() };
    case '-': {
      const source = shell.commandString !== undefined ? 'c' : shell.readsStdin ? 's' : '';
      return { value: optionLetters(shell.options, shell.isInteractive, source) };
    }
    case '_':
      return { value: shell.lastArgument };
    default:
      return undefined;
  }
}

const NS = 1_000_000_000n;

/** Installs the computed variables of `shell`. Call again for a clone. */
export function installDynamicVariables(shell: Shell): void {
  const { dynamic, watchers } = shell.variables;
  watchers.set('PATH', () => shell.commandHash.clear());
  watchers.set('OPTIND', () => {
    shell.getoptsOffset = 1;
  });
  dynamic.set('RANDOM', {
    get: () => String(nextRandom(shell)),
    set: (value) => {
      shell.randomSeed = Number(BigInt.asUintN(32, BigInt(Math.trunc(Number(value)) || 0)));
    },
  });
  dynamic.set('SECONDS', {
    get: () => String((shell.nowNs - shell.startNs) / NS),
    set: (value) => {
      shell.startNs = shell.nowNs - BigInt(Math.trunc(Number(value)) || 0) * NS;
    },
  });
  dynamic.set('EPOCHSECONDS', { get: () => String(shell.nowNs / NS) });
  dynamic.set('EPOCHREALTIME', {
    get: () => `${shell.nowNs / NS}.${String((shell.nowNs % NS) / 1000n).padStart(6, '0')}`,
  });
  dynamic.set('LINENO', { get: () => String(shell.line), set: () => undefined });
  dynamic.set('BASHPID', { get: () => String(shell.sys.pid) });
  dynamic.set('BASH_SUBSHELL', { get: () => String(shell.subshellDepth) });
  dynamic.set('BASH_COMMAND', { get: () => shell.currentCommand });
  dynamic.set('HISTCMD', { get: () => String(shell.history?.nextNumber ?? 1) });
  dynamic.set('SHELLOPTS', { get: () => enabled(shell.options.entries()) });
  dynamic.set('BASHOPTS', { get: () => enabled(shell.shopts.entries()) });
}

function enabled(entries: readonly (readonly [string, boolean])[]): string {
  return entries
    .filter(([, on]) => on)
    .map(([name]) => name)
    .join(':');
}

/** The generator of bash: Park and Miller's, its halves folded together. */
function nextRandom(shell: Shell): number {
  const seed = shell.randomSeed === 0 ? 123459876 : shell.randomSeed;
  const high = Math.floor(seed / 127773);
  const low = seed - high * 127773;
  const next = 16807 * low - 2836 * high;
  shell.randomSeed = next < 0 ? next + 0x7fffffff : next;
  return ((shell.randomSeed >>> 16) ^ (shell.randomSeed & 0xffff)) & 0x7fff;
}
