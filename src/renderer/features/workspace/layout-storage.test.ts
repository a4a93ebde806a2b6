import type { SerializedDockview } from 'dockview';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLayout, writeLayout } from '#renderer/features/workspace/layout-storage.ts';

const panel = (id: string, node: string) => ({
  id,
  contentComponent: 'pane',
  params: { kind: 'console', node },
});
const leaf = (id: string, views: string[], activeView = views[0]) => ({
  type: 'leaf',
  size: 300,
  data: { id, views, activeView },
});

/** Two groups side by side: consoles of a and b in one, of c in the other. */
const layout = {
  grid: {
    root: {
      type: 'branch',
      size: 700,
      data: [leaf('1', ['console:a', 'console:b'], 'console:b'), leaf('2', ['console:c'])],
    },
    width: 1000,
    height: 700,
    orientation: 'HORIZONTAL',
  },
  panels: {
    'console:a': panel('console:a', 'a'),
    'console:b': panel('console:b', 'b'),
    'console:c': panel('console:c', 'c'),
  },
} as unknown as SerializedDockview;

describe('what was written is read', () => {
  test('for each lab apart', () => {
    const text = writeLayout(writeLayout(null, 'one', layout), 'two', layout);
    expect(readLayout(text, 'one', ['a', 'b', 'c'])).toEqual(layout);
    expect(readLayout(text, 'three', ['a'])).toBeUndefined();
    const without = writeLayout(text, 'one', undefined);
    expect(readLayout(without, 'one', ['a', 'b', 'c'])).toBeUndefined();
    expect(readLayout(without, 'two', ['a', 'b', 'c'])).toEqual(layout);
  });

  test('the text stays below the limit of the protocol', () => {
    let text: string | null = null;
    const wide = { ...layout, note: 'x'.repeat(30_000) } as SerializedDockview;
    for (let lab = 0; lab < 60; lab += 1) text = writeLayout(text, `lab${lab}`, wide);
    expect(text?.length).toBeLessThan(256 * 1024);
    expect(readLayout(text, 'lab59', ['a', 'b', 'c'])).toEqual(layout);
    expect(readLayout(text, 'lab0', ['a', 'b', 'c'])).toBeUndefined();
  });
});

describe('what cannot be shown is dropped', () => {
  const text = writeLayout(null, 'one', layout);

  test('a node that is gone takes its pane along, and the empty group', () => {
    expect(readLayout(text, 'one', ['a', 'b'])?.grid.root).toEqual({
      type: 'branch',
      size: 700,
      data: [leaf('1', ['console:a', 'console:b'], 'console:b')],
    });
    expect(Object.keys(readLayout(text, 'one', ['a'])?.panels ?? {})).toEqual(['console:a']);
  });

  test('the group that lost its active pane shows another', () => {
    const root = readLayout(text, 'one', ['a', 'c'])?.grid.root as unknown as {
      data: { data: { activeView: string } }[];
    };
    expect(root.data[0]?.data.activeView).toBe('console:a');
  });

  test('nothing left is no layout', () => {
    expect(readLayout(text, 'one', [])).toBeUndefined();
  });

  test('another version and damaged text are no layout', () => {
    expect(readLayout(text.replace('"version":1', '"version":9'), 'one', ['a'])).toBeUndefined();
    expect(readLayout(text.slice(0, -5), 'one', ['a'])).toBeUndefined();
  });

  test('no text at all makes it throw', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const stored = JSON.stringify({ version: 1, labs: [['one', value]] });
        expect(() => readLayout(stored, 'one', ['a'])).not.toThrow();
      }),
    );
  });
});
