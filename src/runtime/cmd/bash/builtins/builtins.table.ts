/** All builtins by name. @man bash(1) SHELL BUILTIN COMMANDS */
import * as commands from '#cmd/bash/builtins/commands.ts';
import { declareBuiltin, exportBuiltin, readonlyBuiltin } from '#cmd/bash/builtins/declare.ts';
import * as directory from '#cmd/bash/builtins/directory.ts';
import { echoBuiltin, printfBuiltin } from '#cmd/bash/builtins/echo.ts';
import * as flow from '#cmd/bash/builtins/flow.ts';
import * as history from '#cmd/bash/builtins/history.ts';
import * as jobs from '#cmd/bash/builtins/jobs.ts';
import * as process from '#cmd/bash/builtins/process.ts';
import { mapfileBuiltin, readBuiltin } from '#cmd/bash/builtins/read.ts';
import { testBuiltin } from '#cmd/bash/builtins/test.ts';
import * as variables from '#cmd/bash/builtins/variables.ts';
import type { Builtin } from '#cmd/bash/shell.ts';

export const BUILTINS: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ['.', flow.sourceBuiltin],
  [':', flow.colon],
  ['[', testBuiltin],
  ['alias', commands.aliasBuiltin],
  ['bg', jobs.bgBuiltin],
  ['bind', history.bindBuiltin],
  ['break', flow.breakBuiltin],
  ['builtin', commands.builtinBuiltin],
  ['caller', flow.callerBuiltin],
  ['cd', directory.cdBuiltin],
  ['command', commands.commandBuiltin],
  ['compgen', history.completeBuiltin],
  ['complete', history.completeBuiltin],
  ['compopt', history.completeBuiltin],
  ['continue', flow.continueBuiltin],
  ['declare', declareBuiltin],
  ['dirs', directory.dirsBuiltin],
  ['disown', jobs.disownBuiltin],
  ['echo', echoBuiltin],
  ['enable', commands.enableBuiltin],
  ['eval', flow.evalBuiltin],
  ['exec', flow.execBuiltin],
  ['exit', flow.exitBuiltin],
  ['export', exportBuiltin],
  ['false', flow.falseBuiltin],
  ['fc', history.fcBuiltin],
  ['fg', jobs.fgBuiltin],
  ['getopts', process.getoptsBuiltin],
  ['hash', commands.hashBuiltin],
  ['help', commands.helpBuiltin],
  ['history', history.historyBuiltin],
  ['jobs', jobs.jobsBuiltin],
  ['kill', jobs.killBuiltin],
  ['let', variables.letBuiltin],
  ['local', declareBuiltin],
  ['logout', flow.exitBuiltin],
  ['mapfile', mapfileBuiltin],
  ['popd', directory.popdBuiltin],
  ['printf', printfBuiltin],
  ['pushd', directory.pushdBuiltin],
  ['pwd', directory.pwdBuiltin],
  ['read', readBuiltin],
  ['readarray', mapfileBuiltin],
  ['readonly', readonlyBuiltin],
  ['return', flow.returnBuiltin],
  ['set', variables.setBuiltin],
  ['shift', flow.shiftBuiltin],
  ['shopt', variables.shoptBuiltin],
  ['source', flow.sourceBuiltin],
  ['suspend', jobs.suspendBuiltin],
  ['test', testBuiltin],
  ['times', process.timesBuiltin],
  ['trap', process.trapBuiltin],
  ['true', flow.colon],
  ['type', commands.typeBuiltin],
  ['typeset', declareBuiltin],
  ['ulimit', process.ulimitBuiltin],
  ['umask', process.umaskBuiltin],
  ['unalias', commands.unaliasBuiltin],
  ['unset', variables.unsetBuiltin],
  ['wait', jobs.waitBuiltin],
]);
