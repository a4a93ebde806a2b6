/**
 * `npm run build [-- node|renderer]`: bundles the hosts and the renderer into out/ and assembles the
 * platform image. Without a word it builds everything.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'electron-vite';
import { type BuildPart, markBuilt } from './build-freshness.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const unknown = words.find((word) => word !== 'node' && word !== 'renderer');
  if (unknown !== undefined) {
    process.stderr.write(`build: unknown part "${unknown}": node or renderer\n`);
    process.exit(2);
  }
  process.chdir(root);
  const parts: BuildPart[] =
    words.length === 0 ? ['node', 'renderer'] : words.map((word) => word as BuildPart);
  process.env['LAB_BUILD'] = parts.includes('renderer') ? 'all' : 'node';
  await build({ logLevel: 'warn', root });
  const platform = join(root, 'tools', 'build-platform.ts');
  if (existsSync(platform)) {
    const done = spawnSync(process.execPath, [platform], { stdio: 'inherit' });
    if (done.status !== 0) process.exit(1);
  }
  markBuilt(root, 'node');
  if (parts.includes('renderer')) markBuilt(root, 'renderer');
}

await main();
