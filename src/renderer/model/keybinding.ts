/**
 * Shortcuts: parse what the command table says, match keyboard events, print for people. `Mod` is
 * Command on macOS and Control elsewhere. Letters match by what the key types, so that other
 * layouts work; where it types no Latin letter (Cyrillic, Option on macOS) the key's place counts.
 */
export type Platform = 'mac' | 'other';

/** What a keyboard event tells; a DOM KeyboardEvent fits. */
export interface Keystroke {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

interface Chord {
  readonly key: string;
  readonly ctrl: boolean;
  readonly meta: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
}

/** Keys whose typed character depends on Shift or layout: told apart by their place. */
const PLACES: Readonly<Record<string, string>> = {
  '`': 'Backquote',
  ',': 'Comma',
  '.': 'Period',
  '/': 'Slash',
  '=': 'Equal',
  '-': 'Minus',
  '\\': 'Backslash',
  '[': 'BracketLeft',
  ']': 'BracketRight',
};

const MAC_CAPS: Readonly<Record<string, string>> = {
  Ctrl: '⌃',
  Alt: '⌥',
  Shift: '⇧',
  Meta: '⌘',
};

const KEY_CAPS: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  Enter: '↵',
  Delete: 'Del',
};

/** `Mod+Shift+P` → its parts. Throws on a binding that names no key: the table is wrong. */
export function parseBinding(binding: string, platform: Platform): Chord {
  const parts = binding.split('+');
  const key = parts.pop();
  if (key === undefined || key === '') throw new Error(`binding without a key: "${binding}"`);
  const has = (name: string): boolean => parts.includes(name);
  for (const part of parts) {
    if (!['Mod', 'Ctrl', 'Alt', 'Shift', 'Meta'].includes(part)) {
      throw new Error(`unknown modifier "${part}" in "${binding}"`);
    }
  }
  return {
    key,
    ctrl: has('Ctrl') || (platform === 'other' && has('Mod')),
    meta: has('Meta') || (platform === 'mac' && has('Mod')),
    alt: has('Alt'),
    shift: has('Shift'),
  };
}

function keyMatches(wanted: string, stroke: Keystroke, hasShift: boolean): boolean {
  if (/^[A-Za-z]$/.test(wanted)) {
    if (/^[A-Za-z]$/.test(stroke.key)) return stroke.key.toLowerCase() === wanted.toLowerCase();
    return stroke.code === `Key${wanted.toUpperCase()}`;
  }
  if (/^[0-9]$/.test(wanted)) return stroke.key === wanted || stroke.code === `Digit${wanted}`;
  if (stroke.key === wanted) return true;
  const place = PLACES[wanted];
  return place !== undefined && hasShift && stroke.code === place;
}

/** `?` and its like are typed with Shift on most layouts: there Shift is part of the key. */
function isTypedWithShift(key: string): boolean {
  return key.length === 1 && !/[A-Za-z0-9]/.test(key) && PLACES[key] === undefined;
}

export function matchesBinding(binding: string, stroke: Keystroke, platform: Platform): boolean {
  const chord = parseBinding(binding, platform);
  if (chord.ctrl !== stroke.ctrlKey || chord.meta !== stroke.metaKey) return false;
  if (chord.alt !== stroke.altKey) return false;
  if (chord.shift !== stroke.shiftKey && !isTypedWithShift(chord.key)) return false;
  return keyMatches(chord.key, stroke, chord.shift);
}

/** The caps in the order people read them, separated by spaces: `Ctrl Shift P`, `⇧ ⌘ P`. */
export function formatBinding(binding: string, platform: Platform): string {
  const chord = parseBinding(binding, platform);
  const caps: string[] = [];
  if (chord.ctrl) caps.push('Ctrl');
  if (chord.alt) caps.push('Alt');
  if (chord.shift) caps.push('Shift');
  if (chord.meta) caps.push('Meta');
  const key = KEY_CAPS[chord.key] ?? (chord.key.length === 1 ? chord.key.toUpperCase() : chord.key);
  const shown = platform === 'mac' ? caps.map((cap) => MAC_CAPS[cap] ?? cap) : caps;
  return [...shown, key].join(' ');
}
