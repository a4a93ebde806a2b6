/** The real `lab` over the fake node: for tests of the command line, as a child process. */
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { runCommand } from '#hosts/headless/cli.ts';
import { contextAt } from '#hosts/headless/context.ts';
import { must } from '#base/assert.ts';

const context = contextAt({
  workerFile: fileURLToPath(new URL('./node-worker.ts', import.meta.url)),
  platformFolder: must(process.env['FAKE_PLATFORM'], 'FAKE_PLATFORM is set'),
  rendererFolder: process.env['FAKE_RENDERER'] ?? '',
});
process.exitCode = await runCommand(process.argv.slice(2), context);
