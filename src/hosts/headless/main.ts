/** The program `lab`: finds its places and runs the command. */
import process from 'node:process';
import { runCommand } from '#hosts/headless/cli.ts';
import { contextAt } from '#hosts/headless/context.ts';
import { findPlaces } from '#hosts/node/places.ts';

async function main(): Promise<void> {
  const context = contextAt(findPlaces(import.meta.dirname));
  process.exitCode = await runCommand(process.argv.slice(2), context);
}

void main();
