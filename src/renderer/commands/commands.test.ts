import { describe, expect, test } from 'vitest';
import { type Binding, countsAt } from '#renderer/commands/command.ts';
import { COMMAND_IDS } from '#renderer/commands/command-id.ts';
import { COMMANDS } from '#renderer/commands/commands.table.ts';
import { findCommand } from '#renderer/commands/keyboard.ts';
import { type Keystroke, parseBinding } from '#renderer/model/keybinding.ts';
import { createWorkbench, type TerminalHandle } from '#renderer/model/workbench.ts';

const bindings = COMMANDS.flatMap((command) =>
  (command.keys ?? []).map((binding) => ({ id: command.id, binding })),
);

function stroke(key: string, code: string, modifiers = ''): Keystroke {
  return {
    key,
    code,
    ctrlKey: modifiers.includes('c'),
    metaKey: modifiers.includes('m'),
    altKey: modifiers.includes('a'),
    shiftKey: modifiers.includes('s'),
  };
}

test('every command has one row', () => {
  expect(COMMANDS.map(({ id }) => id).sort()).toEqual([...COMMAND_IDS].sort());
});

test('titles are sentences without a full stop, and no two are the same', () => {
  const titles = COMMANDS.map(({ title }) => title);
  expect(titles.filter((title) => !/^[A-Z].*[^.]$/.test(title))).toEqual([]);
  expect(new Set(titles).size).toBe(titles.length);
});

test('no shortcut means two things', () => {
  for (const platform of ['mac', 'other'] as const) {
    const seen = bindings.map(({ binding }) => {
      const { key, ...modifiers } = parseBinding(binding.press, platform);
      return JSON.stringify({ key: key.toLowerCase(), ...modifiers });
    });
    expect(seen.filter((chord, index) => seen.indexOf(chord) !== index)).toEqual([]);
  }
});

describe('a focused terminal keeps its keys', () => {
  const taken = (binding: Binding, isFull: boolean): boolean =>
    countsAt(binding, 'terminal', isFull, 'other');

  test('control characters and Meta keys of shells and editors are not taken', () => {
    // Ctrl or Alt with one letter and nothing else is what a program reads; Ctrl-F is the exception.
    const stolen = bindings.filter(({ binding }) => {
      const { ctrl, alt, shift, key } = parseBinding(binding.press, 'other');
      return taken(binding, false) && ctrl !== alt && !shift && /^[A-Za-z]$/.test(key);
    });
    expect(stolen.map(({ id }) => id)).toEqual(['console.find']);
  });

  test('a program with the whole screen gets Ctrl-F too', () => {
    const find = COMMANDS.find(({ id }) => id === 'console.find')?.keys ?? [];
    expect(find.map((binding) => taken(binding, true))).toEqual([false, true]);
  });

  test('everything that has a shortcut can be reached from inside, the palette first', () => {
    const { keys } = COMMANDS.find(({ id }) => id === 'app.palette') ?? {};
    expect(keys?.some((binding) => taken(binding, true))).toBe(true);
  });

  test('typing never runs a command', () => {
    const question = { press: '?' };
    expect(countsAt(question, 'other', false, 'other')).toBe(true);
    expect(countsAt(question, 'text', false, 'other')).toBe(false);
    expect(countsAt(question, 'terminal', false, 'other')).toBe(false);
  });
});

test('keys find their command at the place where the focus is', () => {
  const bench = createWorkbench('other');
  const ctrlK = stroke('k', 'KeyK', 'c');
  expect(findCommand(ctrlK, 'other', bench)?.id).toBe('app.palette');
  expect(findCommand(ctrlK, 'terminal', bench)).toBeUndefined();
  expect(findCommand(stroke('F1', 'F1'), 'terminal', bench)?.id).toBe('app.palette');

  const ctrlF = stroke('f', 'KeyF', 'c');
  bench.terminal = { isFullScreen: () => false } as TerminalHandle;
  expect(findCommand(ctrlF, 'terminal', bench)?.id).toBe('console.find');
  bench.terminal = { isFullScreen: () => true } as TerminalHandle;
  expect(findCommand(ctrlF, 'terminal', bench)).toBeUndefined();

  const mac = createWorkbench('mac');
  expect(findCommand(stroke('k', 'KeyK', 'm'), 'terminal', mac)?.id).toBe('app.palette');
  expect(findCommand(ctrlF, 'terminal', mac)).toBeUndefined();
});
