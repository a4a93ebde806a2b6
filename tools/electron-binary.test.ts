import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findElectron } from './electron-binary.ts';

let root = '';
const lines: string[] = [];
const say = (line: string): void => {
  lines.push(line);
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'electron-'));
  mkdirSync(join(root, 'node_modules/electron/dist'), { recursive: true });
  lines.length = 0;
});

afterEach(() => rmSync(root, { recursive: true }));

test('a given executable wins, a wrong one is named', () => {
  expect(findElectron(root, { ELECTRON_EXEC_PATH: process.execPath }, say)).toEqual({
    path: process.execPath,
  });
  expect(findElectron(root, { ELECTRON_EXEC_PATH: join(root, 'no') }, say)).toHaveProperty(
    'reason',
  );
});

test('an installed binary is used without a word', () => {
  const folder = join(root, 'node_modules/electron');
  writeFileSync(join(folder, 'path.txt'), 'electron');
  writeFileSync(join(folder, 'dist/electron'), '');
  expect(findElectron(root, { DISPLAY: ':0' }, say)).toEqual({
    path: join(folder, 'dist', 'electron'),
  });
  expect(lines).toEqual([]);
});

test('a download that fails is said once and remembered', () => {
  writeFileSync(join(root, 'node_modules/electron/install.js'), 'process.exit(1);');
  const environment = { DISPLAY: ':0' };
  expect(findElectron(root, environment, say)).toHaveProperty('reason');
  expect(lines).toHaveLength(1);
  const again = findElectron(root, environment, say);
  expect('reason' in again && again.reason).toContain('within the last day');
  expect(lines).toHaveLength(1);
});
