/**
 * `lab COMMAND`: the headless face. Each command is a module of its own, loaded when it is called, so
 * that `lab exec` does not pay for the web server.
 */
import { LabError } from '#protocol/errors.ts';
import { NotSupportedError, UsageError } from '#hosts/headless/arguments.ts';
import type { CommandContext } from '#hosts/headless/context.ts';
import { commandHelp, HELP, overview } from '#hosts/headless/help.table.ts';

type Command = (words: readonly string[], context: CommandContext) => Promise<number>;

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  create: async () => (await import('#hosts/headless/create.ts')).create,
  media: async () => (await import('#hosts/headless/media.ts')).media,
  exec: async () => (await import('#hosts/headless/exec.ts')).exec,
  run: async () => (await import('#hosts/headless/run.ts')).run,
  serve: async () => (await import('#hosts/headless/serve.ts')).serve,
  export: async () => (await import('#hosts/headless/transfer.ts')).exportCommand,
  import: async () => (await import('#hosts/headless/transfer.ts')).importCommand,
};

/** Runs `lab WORD...`; answers the exit status. */
export async function runCommand(
  words: readonly string[],
  context: CommandContext,
): Promise<number> {
  const [name, ...rest] = words;
  if (name === '--help' || name === '-h' || name === 'help') {
    const help = HELP[rest[0] ?? ''];
    context.out(help === undefined ? overview() : commandHelp(rest[0] ?? '', help));
    return 0;
  }
  const load = name === undefined ? undefined : COMMANDS[name];
  const help = name === undefined ? undefined : HELP[name];
  if (name === undefined || load === undefined || help === undefined) {
    context.err(name === undefined ? overview() : `lab: unknown command "${name}" (lab --help)\n`);
    return 2;
  }
  const own = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest;
  if (own.includes('--help') || own.includes('-h')) {
    context.out(commandHelp(name, help));
    return 0;
  }
  try {
    return await (await load())(rest, context);
  } catch (thrown) {
    return report(name, help.synopsis, thrown, context);
  }
}

function report(
  name: string,
  synopsis: string,
  thrown: unknown,
  { err, verbose }: CommandContext,
): number {
  if (thrown instanceof NotSupportedError) {
    err(`${thrown.message}\n`);
    return 2;
  }
  if (thrown instanceof UsageError) {
    err(`lab ${name}: ${thrown.message}\nusage: ${synopsis}\n`);
    return 2;
  }
  const isOurs = thrown instanceof LabError;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  err(`lab ${name}: ${isOurs && !verbose ? error.message : (error.stack ?? error.message)}\n`);
  return name === 'exec' ? 125 : 1;
}
