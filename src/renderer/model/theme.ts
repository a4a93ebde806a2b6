/**
 * Light or dark: the settings' choice, or the system's. The choice is written to <html data-theme>,
 * where tokens.css reads it, and kept in localStorage only so that the first paint of the next start
 * has the right colours before the settings arrive.
 */
import type { Settings } from '#protocol/model.ts';

const KEPT_AS = 'smartos-lab.theme';
const CHANGED = 'smartos-lab:theme';

function darkQuery(): MediaQueryList {
  return window.matchMedia('(prefers-color-scheme: dark)');
}

export function currentTheme(): 'light' | 'dark' {
  const chosen = document.documentElement.dataset['theme'];
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return darkQuery().matches ? 'dark' : 'light';
}

export function applyTheme(theme: Settings['theme']): void {
  const root = document.documentElement;
  if (theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = theme;
  try {
    localStorage.setItem(KEPT_AS, theme);
  } catch {
    // Storage is off: the first paint follows the system then.
  }
  window.dispatchEvent(new Event(CHANGED));
}

export function applyKeptTheme(): void {
  try {
    const kept = localStorage.getItem(KEPT_AS);
    if (kept === 'light' || kept === 'dark') applyTheme(kept);
  } catch {
    // As above.
  }
}

export function onThemeChange(listener: () => void): () => void {
  const query = darkQuery();
  query.addEventListener('change', listener);
  window.addEventListener(CHANGED, listener);
  return () => {
    query.removeEventListener('change', listener);
    window.removeEventListener(CHANGED, listener);
  };
}
