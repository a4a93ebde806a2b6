/**
 * What a person sees of 20 MB of output in the browser's console pane: the longest gap between two
 * frames and what the page keeps of it. The end-to-end tests do the work and print the figures;
 * gaps that the idle page has on this machine anyway are taken off.
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { type Bench, type Measurement } from '#bench/measure.ts';

const root = resolve(import.meta.dirname, '../..');
const FRAME_MS = 1000 / 60;

interface Figures {
  readonly seconds: number;
  readonly longestGapMs: number;
  readonly idleMs: number;
  readonly growthMiB: number;
}

/** The JSON behind `word` at the start of a line; throws when the tests did not print it. */
function figuresAfter<T>(output: string, word: string): T {
  const line = output.split('\n').find((text) => text.startsWith(`${word} {`));
  if (line === undefined) throw new Error(`the end-to-end tests printed no "${word}":\n${output}`);
  return JSON.parse(line.slice(word.length)) as T;
}

function console20MB(name: string, figures: Figures): Measurement[] {
  const gap = figures.longestGapMs - Math.max(0, figures.idleMs - FRAME_MS);
  return [
    { name: `${name}/longest-gap`, value: gap, unit: 'ms', better: 'lower', bound: 100 + FRAME_MS },
    { name: `${name}/growth`, value: figures.growthMiB, unit: 'MB', better: 'lower', bound: 48 },
    { name: `${name}/time`, value: figures.seconds, unit: 's', better: 'lower' },
  ];
}

export const bench: Bench = {
  name: 'console',
  run() {
    const vitest = resolve(root, 'node_modules/vitest/vitest.mjs');
    const files = ['e2e/journey.test.ts', 'e2e/flood.test.ts'];
    const args = [vitest, 'run', ...files, '--project', 'e2e', '--disable-console-intercept'];
    const environment = { ...process.env, NO_COLOR: '1' };
    const done = spawnSync(process.execPath, args, {
      cwd: root,
      encoding: 'utf8',
      env: environment,
    });
    const start = figuresAfter<{ readonly ready: number }>(done.stdout, 'start');
    return [
      { name: 'window/ready', value: start.ready, unit: 'ms', better: 'lower', bound: 1000 },
      ...console20MB('console/real-node', figuresAfter<Figures>(done.stdout, 'cat 20 MB')),
      ...console20MB('console/fake-node', figuresAfter<Figures>(done.stdout, 'flood')),
    ];
  },
};
