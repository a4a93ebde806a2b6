import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { drawLayers, withPicture } from './draw-layers.ts';
import { LAYERS } from './layers.ts';

test('ARCHITECTURE.md shows the table that is enforced', () => {
  const file = resolve(import.meta.dirname, '../ARCHITECTURE.md');
  const text = readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
  const hint = 'the table has changed: npm run draw-layers';
  expect(withPicture(text, drawLayers(LAYERS)), hint).toBe(text);
});

test('the top comes first', () => {
  expect(drawLayers({ base: [], 'runtime/abi': ['base'] })).toBe('abi   → base\nbase  → nothing');
});
