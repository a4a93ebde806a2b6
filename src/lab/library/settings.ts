/** The person's settings, one row a key, so that a key of another version does no harm. */
import { DEFAULT_SETTINGS, type Settings, settingsSchema } from '#protocol/model.ts';
import type { LibraryStore } from '#lab/library/library-store.ts';

const KEYS = Object.keys(DEFAULT_SETTINGS) as (keyof Settings)[];

/** Stored values where they are still good, else the defaults. */
export function readSettings(store: LibraryStore): Settings {
  const settings: Record<string, unknown> = { ...DEFAULT_SETTINGS };
  for (const key of KEYS) {
    const text = store.setting(key);
    if (text === undefined) continue;
    const checked = settingsSchema.shape[key].safeParse(parseOrUndefined(text));
    if (checked.success) settings[key] = checked.data;
  }
  return settings as Settings;
}

export function writeSettings(store: LibraryStore, change: Partial<Settings>): Settings {
  for (const key of KEYS) {
    if (change[key] !== undefined) store.setSetting(key, JSON.stringify(change[key]));
  }
  return readSettings(store);
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
