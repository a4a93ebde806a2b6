import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { checkLayers, importsOf, type LayerTable } from './check-layers.ts';

const table: LayerTable = {
  layers: { base: [], low: ['base'], high: ['base', 'low'], cmd: ['base'] },
  siblings: ['cmd'],
  sharedAmongSiblings: ['cmd/command.ts'],
};
const made: string[] = [];

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
});

function project(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'layers-'));
  made.push(root);
  const imports = { '#base/*': './src/base/*', '#high/*': './src/high/*' };
  writeFileSync(join(root, 'package.json'), JSON.stringify({ imports }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, 'src', path)), { recursive: true });
    writeFileSync(join(root, 'src', path), text);
  }
  return root;
}

const CLEAN = {
  'base/bytes.ts': 'export const a = 1;\n',
  'low/a.ts': "import { a } from '#base/bytes.ts';\nexport const b = a;\n",
  'high/a.ts': "import { b } from '../low/a.ts';\nimport fs from 'node:fs';\nexport const c = b;\n",
  'cmd/command.ts': 'export type C = 1;\n',
  'cmd/ls/index.ts': "import type { C } from '../command.ts';\nexport const ls: C = 1;\n",
  'cmd/cp/index.ts': 'export const cp = 1;\n',
};

test('a clean tree has no problem', () => {
  const report = checkLayers(project(CLEAN), table);
  expect(report).toEqual({ problems: [], fileCount: 6, importCount: 3 });
});

test.each([
  ['upward', 'low/bad.ts', "import { c } from '../high/a.ts';", 'low may not import high'],
  ['through #', 'low/bad.ts', "import { c } from '#high/a.ts';", 'low may not import high'],
  ['type-only', 'low/bad.ts', "import type { c } from '../high/a.ts';", 'low may not import high'],
  ['dynamic', 'low/bad.ts', "const m = import('../high/a.ts');", 'low may not import high'],
  ['re-export', 'low/bad.ts', "export { c } from '../high/a.ts';", 'low may not import high'],
  ['side effect', 'low/bad.ts', "import '../high/a.ts';", 'low may not import high'],
  [
    'over several lines',
    'low/bad.ts',
    "import {\n  c,\n} from '../high/a.ts';",
    'low may not import high',
  ],
  [
    'sideways',
    'cmd/ls/bad.ts',
    "import { cp } from '../cp/index.ts';",
    'cmd/ls may not import its sibling cmd/cp',
  ],
  ['unknown alias', 'low/bad.ts', "import '#nowhere/a.ts';", 'no "imports" entry'],
  ['unknown target', 'low/bad.ts', "import '../elsewhere/a.ts';", 'which is in no layer'],
  ['unknown folder', 'attic/bad.ts', 'export const x = 1;', 'is in no layer'],
])('a planted violation is caught: %s', (_kind, path, text, message) => {
  const report = checkLayers(project({ ...CLEAN, [path]: `${text}\n` }), table);
  expect(report.problems).toHaveLength(1);
  expect(report.problems[0]).toContain(message);
});

test('a check that sees no import fails', () => {
  const report = checkLayers(project({ 'base/bytes.ts': 'export const a = 1;\n' }), table);
  expect(report.problems).toEqual(['no import seen: the check has gone blind']);
});

test('imports in comments and strings of other statements are not imports', () => {
  expect(importsOf("// import 'a'\n/* import 'b' */\nimport 'c';\n")).toEqual(['c']);
});
