/** What every command of `lab` gets. */
import process from 'node:process';
import { labEnvironment, type Places } from '#hosts/node/places.ts';
import type { LabEnvironment } from '#lab/open-lab.ts';

export interface CommandContext {
  readonly places: Places;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** SMARTOS_LAB_VERBOSE: the nodes' log and the stacks of errors on standard error. */
  readonly verbose: boolean;
}

/** The environment of labs that this command opens; errors of nodes are told on standard error. */
export function environmentOf(context: CommandContext, program: string): LabEnvironment {
  return labEnvironment(context.places, program, (level, text) => {
    if (context.verbose || level === 'error') context.err(`lab: ${text}\n`);
  });
}

export function contextAt(places: Places): CommandContext {
  return {
    places,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    verbose: process.env['SMARTOS_LAB_VERBOSE'] !== undefined,
  };
}
