/**
 * `npm run -s lab -- COMMAND`: the headless face. Runs the built bundle, which starts several times
 * faster than the sources; builds it first when the sources are newer, saying so.
 */
import { createRequire, enableCompileCache } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './build-freshness.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function say(line: string): void {
  process.stderr.write(`lab: ${line}\n`);
}

const needsRenderer = process.argv[2] === 'serve';
ensureBuilt(root, needsRenderer ? ['node', 'renderer'] : ['node'], say);
enableCompileCache(join(root, 'node_modules', '.cache', 'compile'));
createRequire(import.meta.url)(join(root, 'out', 'main', 'headless.cjs'));
