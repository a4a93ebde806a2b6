import { describe, expect, test } from 'vitest';
import {
  formatBinding,
  type Keystroke,
  matchesBinding,
  parseBinding,
} from '#renderer/model/keybinding.ts';

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

describe('matching', () => {
  test('Mod is Control, and Command on macOS', () => {
    expect(matchesBinding('Mod+K', stroke('k', 'KeyK', 'c'), 'other')).toBe(true);
    expect(matchesBinding('Mod+K', stroke('k', 'KeyK', 'm'), 'mac')).toBe(true);
    expect(matchesBinding('Mod+K', stroke('k', 'KeyK', 'c'), 'mac')).toBe(false);
  });

  test('a modifier too many is another shortcut', () => {
    expect(matchesBinding('Mod+K', stroke('K', 'KeyK', 'cs'), 'other')).toBe(false);
    expect(matchesBinding('F1', stroke('F1', 'F1', 'a'), 'other')).toBe(false);
  });

  test('letters follow the layout: AZERTY a is not the key in Q’s place', () => {
    expect(matchesBinding('Mod+Q', stroke('a', 'KeyQ', 'c'), 'other')).toBe(false);
    expect(matchesBinding('Mod+A', stroke('a', 'KeyQ', 'c'), 'other')).toBe(true);
  });

  test('a layout without Latin letters matches by place', () => {
    expect(matchesBinding('Mod+K', stroke('л', 'KeyK', 'c'), 'other')).toBe(true);
    expect(matchesBinding('Mod+Alt+N', stroke('˜', 'KeyN', 'ma'), 'mac')).toBe(true);
  });

  test('a key with Shift that types another sign matches by place', () => {
    expect(matchesBinding('Mod+Shift+`', stroke('~', 'Backquote', 'cs'), 'other')).toBe(true);
    expect(matchesBinding('Mod+Shift+`', stroke('`', 'Backquote', 'c'), 'other')).toBe(false);
  });

  test('a sign that needs Shift on some layouts only matches both ways', () => {
    expect(matchesBinding('?', stroke('?', 'Slash', 's'), 'other')).toBe(true);
    expect(matchesBinding('?', stroke('?', 'Minus', ''), 'other')).toBe(true);
    expect(matchesBinding('?', stroke('/', 'Slash', ''), 'other')).toBe(false);
  });
});

test('bindings print in the order of the platform', () => {
  expect(formatBinding('Mod+Shift+p', 'other')).toBe('Ctrl Shift P');
  expect(formatBinding('Mod+Shift+p', 'mac')).toBe('⇧ ⌘ P');
  expect(formatBinding('Mod+Alt+ArrowRight', 'other')).toBe('Ctrl Alt →');
  expect(formatBinding('F1', 'mac')).toBe('F1');
});

test('a binding that makes no sense is refused', () => {
  expect(() => parseBinding('Mod+', 'other')).toThrow('without a key');
  expect(() => parseBinding('Hyper+K', 'other')).toThrow('unknown modifier');
});
