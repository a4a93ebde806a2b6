/**
 * `npm run bench [-- NAME...]`: runs the benchmarks in src/bench and prints a table on stderr and one
 * JSON line on stdout. Figures are ratios to a peer of the same run; a figure that left the band
 * around src/bench/baseline.json is marked, as is a broken promise. `--save` writes the baseline.
 */
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Bench, figure, isWithinBound, type Measurement } from '#bench/measure.ts';
import { ensureBuilt } from './build-freshness.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const baselineFile = join(root, 'src', 'bench', 'baseline.json');
/** Shared machines: a figure may be this many times worse than the baseline before it is marked. */
const TOLERANCE = 1.5;
const NOT_BENCHES = new Set(['measure.ts']);

async function load(names: readonly string[]): Promise<Bench[]> {
  const files = globSync('src/bench/*.ts', { cwd: root })
    .filter((path) => !path.endsWith('.test.ts') && !NOT_BENCHES.has(basename(path)))
    .toSorted();
  const benches: Bench[] = [];
  for (const file of files) {
    const module = (await import(pathToFileURL(join(root, file)).href)) as { bench?: Bench };
    if (module.bench === undefined) throw new Error(`${file} exports no "bench"`);
    if (names.length === 0 || names.includes(module.bench.name)) benches.push(module.bench);
  }
  return benches;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

function remark(measurement: Measurement, baseline: Record<string, number>): string {
  if (!isWithinBound(measurement)) return `MISSED (bound ${measurement.bound})`;
  const before = baseline[measurement.name];
  if (before === undefined) return 'ok, no baseline';
  const change = figure(measurement) / before;
  const worse = measurement.better === 'lower' ? change : 1 / change;
  return worse > TOLERANCE ? `slower than the baseline ${round(before)}` : 'ok';
}

function row(measurement: Measurement, note: string): string {
  const value = `${round(measurement.value)} ${measurement.unit}`;
  const { peer } = measurement;
  const ratio =
    peer === undefined
      ? ''
      : `${round(figure(measurement))} × ${peer.name} (${round(peer.value)} ${measurement.unit})`;
  return `${measurement.name.padEnd(32)} ${value.padStart(14)}  ${ratio.padEnd(44)} ${note}\n`;
}

async function main(): Promise<void> {
  const names = process.argv.slice(2).filter((word) => !word.startsWith('--'));
  const baseline: Record<string, number> = existsSync(baselineFile)
    ? JSON.parse(readFileSync(baselineFile, 'utf8'))
    : {};
  ensureBuilt(root, ['node', 'renderer'], (line) => process.stderr.write(`bench: ${line}\n`));
  const results: (Measurement & { ratio: number; note: string })[] = [];
  for (const bench of await load(names)) {
    for (const measurement of await bench.run()) {
      const note = remark(measurement, baseline);
      process.stderr.write(row(measurement, note));
      results.push({ ...measurement, ratio: round(figure(measurement)), note });
    }
  }
  const machine = { cpu: cpus()[0]?.model ?? '', cores: cpus().length, memory: totalmem() };
  process.stdout.write(`${JSON.stringify({ node: process.version, machine, results })}\n`);
  if (process.argv.includes('--save')) {
    for (const { name, ratio } of results) baseline[name] = ratio;
    writeFileSync(baselineFile, `${JSON.stringify(baseline, null, 2)}\n`);
  }
  process.exitCode = results.every((result) => isWithinBound(result)) ? 0 : 1;
}

await main();
