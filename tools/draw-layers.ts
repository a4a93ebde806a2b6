/**
 * Prints the layer table as ARCHITECTURE.md shows it: top first, each layer with the layers it may
 * import. `--write` puts it between the two markers in ARCHITECTURE.md; a test holds them equal.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { LAYERS } from './layers.ts';

const OPEN = '<!-- layers: printed from tools/layers.ts by `npm run draw-layers` -->';
const CLOSE = '<!-- /layers -->';

function short(name: string): string {
  return name.replace(/^runtime\/kernel\//, 'kernel/').replace(/^runtime\//, '');
}

/** What a row allows in short names; its single files are contracts and read as that one word. */
function summary(layer: string, allowed: readonly string[]): string {
  const others = [...new Set(allowed)].filter((name) => name !== layer);
  const names = others.filter((name) => !name.endsWith('.ts') || name === 'runtime/host.ts');
  const words = names.map(short);
  if (others.length > names.length) words.push('contracts');
  return words.join(' ');
}

/** The table as text, one line a layer, without a trailing newline. */
export function drawLayers(layers: Readonly<Record<string, readonly string[]>>): string {
  const rows = Object.entries(layers)
    .filter(([name]) => !name.endsWith('.ts') || name === 'runtime/host.ts')
    .toReversed();
  const width = Math.max(...rows.map(([name]) => short(name).length));
  return rows
    .map(
      ([name, allowed]) => `${short(name).padEnd(width)}  → ${summary(name, allowed) || 'nothing'}`,
    )
    .join('\n');
}

/** `text` with the picture between the markers replaced; throws when a marker is missing. */
export function withPicture(text: string, picture: string): string {
  const start = text.indexOf(OPEN);
  const end = text.indexOf(CLOSE);
  if (start < 0 || end < start) throw new Error('ARCHITECTURE.md has lost its layer markers');
  const block = ['```text', picture, '```', ''].join('\n');
  return `${text.slice(0, start + OPEN.length)}\n${block}${text.slice(end)}`;
}

function main(): void {
  const file = join(dirname(dirname(fileURLToPath(import.meta.url))), 'ARCHITECTURE.md');
  const picture = drawLayers(LAYERS);
  if (process.argv.includes('--write')) {
    writeFileSync(file, withPicture(readFileSync(file, 'utf8'), picture));
  } else {
    process.stdout.write(`${picture}\n`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
