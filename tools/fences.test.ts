/**
 * The two fences that stand beside the layer check: host-free folders do not type-check against
 * Node.js or a browser, and lint refuses what the language itself offers but a node may not use.
 * Each plants violations in a copy of the configuration and expects every one to be named.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const project = resolve(import.meta.dirname, '..');
let root = '';

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'fences-'));
  for (const file of ['tsconfig.base.json', 'tsconfig.hostfree.json', '.oxlintrc.json']) {
    cpSync(join(project, file), join(root, file));
  }
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
  mkdirSync(join(root, 'src/runtime'), { recursive: true });
  mkdirSync(join(root, 'src/base'));
  cpSync(
    join(project, 'src/runtime/host-globals.d.ts'),
    join(root, 'src/runtime/host-globals.d.ts'),
  );
  symlinkSync(join(project, 'node_modules'), join(root, 'node_modules'), 'junction');
});

afterAll(() => rmSync(root, { recursive: true }));

/** Runs a tool of node_modules/.bin's package with this Node, as npm scripts do. */
function run(entry: string, args: readonly string[]): string {
  const tool = join(project, 'node_modules', entry);
  const done = spawnSync(process.execPath, [tool, ...args], { cwd: root, encoding: 'utf8' });
  return done.stdout + done.stderr;
}

const HOST_USES: readonly (readonly [string, string])[] = [
  ["import { readFileSync } from 'node:fs';\nexport const f: unknown = readFileSync;", 'node:fs'],
  ['export const d: unknown = document;', "'document'"],
  ['setTimeout(() => {}, 1);', "'setTimeout'"],
  ["console.log('x');", "'console'"],
  ['export const b: unknown = Buffer;', "'Buffer'"],
  ['export const p: unknown = performance.now();', "'performance'"],
  ['export const e: unknown = process.env;', "'process'"],
  ['export const c: unknown = crypto;', "'crypto'"],
];

test('host-free code that reaches for the host does not type-check', () => {
  HOST_USES.forEach(([source], index) => {
    writeFileSync(join(root, `src/base/planted${index}.ts`), `${source}\nexport {};\n`);
  });
  const output = run('typescript/bin/tsc', ['-p', 'tsconfig.hostfree.json']);
  HOST_USES.forEach(([, named], index) => {
    const lines = output.split('\n').filter((text) => text.includes(`planted${index}.ts`));
    expect(lines.join('\n'), `src/base/planted${index}.ts`).toContain(named);
  });
});

const BANNED: readonly (readonly [string, string])[] = [
  ['export const now: number = Date.now();', 'injected Clock'],
  ['export const r: number = Math.random();', 'injected RandomSource'],
  ["export const n: unknown = new Intl.NumberFormat('en');", 'base/format.ts'],
  ['export const w: unknown = new WeakRef({});', 'dispose explicitly'],
  ['export const g: unknown = new FinalizationRegistry(() => {});', 'dispose explicitly'],
];

test('lint names each banned global and its replacement', () => {
  BANNED.forEach(([source], index) => {
    writeFileSync(join(root, `src/runtime/banned${index}.ts`), `${source}\n`);
  });
  BANNED.forEach(([, replacement], index) => {
    const output = run('oxlint/bin/oxlint', [`src/runtime/banned${index}.ts`]);
    expect(output, `src/runtime/banned${index}.ts`).toContain(replacement);
  });
});
