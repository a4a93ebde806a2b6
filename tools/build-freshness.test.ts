import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureBuilt, isFresh, markBuilt } from './build-freshness.ts';

let root = '';
const later = new Date(Date.now() + 60_000);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fresh-'));
  mkdirSync(join(root, 'src/runtime/cmd'), { recursive: true });
  mkdirSync(join(root, 'tools'));
  writeFileSync(join(root, 'src/runtime/cmd/a.ts'), '');
});

afterEach(() => rmSync(root, { recursive: true }));

test('a part is stale before it was built and when a source of it is newer', () => {
  expect(isFresh(root, 'node')).toBe(false);
  markBuilt(root, 'node');
  markBuilt(root, 'renderer');
  expect(isFresh(root, 'node')).toBe(true);
  utimesSync(join(root, 'src/runtime/cmd/a.ts'), later, later);
  expect(isFresh(root, 'node')).toBe(false);
  expect(isFresh(root, 'renderer')).toBe(true);
});

test('a newer test is no reason to build', () => {
  writeFileSync(join(root, 'src/runtime/cmd/a.test.ts'), '');
  markBuilt(root, 'node');
  utimesSync(join(root, 'src/runtime/cmd/a.test.ts'), later, later);
  expect(isFresh(root, 'node')).toBe(true);
});

test('what is stale is built and said; the lock of a dead build is no obstacle', () => {
  const script = "require('node:fs').writeFileSync('out/.built-node', process.argv[2]);";
  writeFileSync(join(root, 'tools/build.ts'), script);
  mkdirSync(join(root, 'out/.build-lock'), { recursive: true });
  const longAgo = new Date(Date.now() - 3_600_000);
  utimesSync(join(root, 'out/.build-lock'), longAgo, longAgo);
  const lines: string[] = [];
  ensureBuilt(root, ['node'], (line) => lines.push(line));
  expect(lines).toEqual(['building node (sources have changed)']);
  expect(isFresh(root, 'node')).toBe(true);
  expect(statSync(join(root, 'out/.build-lock'), { throwIfNoEntry: false })).toBeUndefined();
  ensureBuilt(root, ['node'], (line) => lines.push(line));
  expect(lines).toHaveLength(1);
});
