import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MiB } from '#base/units.ts';
import { MemoryLibraryStore } from '#lab/library/library-store.ts';
import { Library } from '#lab/library/library.ts';
import { readSettings, writeSettings } from '#lab/library/settings.ts';
import { openLibrary } from '#lab/library/sqlite-store.ts';
import { LAB_FILE } from '#lab/folder/lab-file.ts';
import { lockLab } from '#lab/folder/lab-lock.ts';
import { DEFAULT_SETTINGS } from '#protocol/model.ts';

let base: string;
let file: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'library-'));
  file = join(base, 'library.db');
});
afterEach(() => rmSync(base, { recursive: true }));

const record = { id: 'a', path: '/labs/a', createdAtMs: 5, openedAtMs: null };

test.each([
  ['sqlite', () => openLibrary(file).store],
  ['memory', () => new MemoryLibraryStore()],
])('the %s store keeps labs and settings', (_, make) => {
  const store = make();
  store.put(record);
  store.put({ ...record, openedAtMs: 9 });
  expect(store.labs()).toEqual([{ ...record, openedAtMs: 9 }]);
  store.remove('a');
  expect(store.labs()).toEqual([]);
  expect(readSettings(store)).toEqual(DEFAULT_SETTINGS);
  writeSettings(store, { theme: 'dark', layout: '{}' });
  expect(readSettings(store)).toEqual({ ...DEFAULT_SETTINGS, theme: 'dark', layout: '{}' });
  store.setSetting('theme', '"mauve"');
  store.setSetting('consoleFontSizePx', 'not json');
  expect(readSettings(store)).toEqual({ ...DEFAULT_SETTINGS, layout: '{}' });
  store.close();
});

test('what was written is there after opening again', () => {
  const first = openLibrary(file);
  first.store.put(record);
  first.store.close();
  const second = openLibrary(file);
  expect(second.problem).toBeNull();
  expect(second.store.labs()).toEqual([record]);
  second.store.close();
});

test.each([
  ['text', () => Buffer.from('this is no database, and long enough to be looked at\n'.repeat(40))],
  [
    'a header and nonsense',
    (old: Buffer) => Buffer.concat([old.subarray(0, 100), Buffer.alloc(8000, 7)]),
  ],
])('a damaged library (%s) is kept aside and said', (_, damage) => {
  const { store } = openLibrary(file);
  store.put(record);
  store.close();
  const damaged = damage(readFileSync(file));
  writeFileSync(file, damaged);
  const opened = openLibrary(file);
  expect(opened.problem).toMatch(/^The library ".*" was damaged: it is kept as ".*\.damaged-/);
  expect(opened.store.labs()).toEqual([]);
  opened.store.close();
  const aside = readdirSync(base).find((name) => /\.damaged-\d{8}T\d{6}Z$/.test(name));
  expect(readFileSync(join(base, aside ?? '')).equals(damaged)).toBe(true);
});

test('a newer library is refused and left as it is', () => {
  const database = new Database(file);
  database.pragma('user_version = 99');
  database.exec('CREATE TABLE future (x)');
  database.close();
  const before = readFileSync(file);
  expect(() => openLibrary(file)).toThrow(expect.objectContaining({ code: 'libraryNewer' }));
  expect(readFileSync(file).equals(before)).toBe(true);
  expect(readdirSync(base)).toEqual(['library.db']);
});

function newLibrary(): Library {
  const environment = {
    program: 'test',
    startWorker: () => {
      throw new Error('no node is started here');
    },
    platformFolder: '',
    onLog: () => {},
  };
  return new Library(new MemoryLibraryStore(), join(base, 'labs'), environment, () => {});
}

const plan = { name: 'node0', ramBytes: 2 ** 30, disks: [{ sizeBytes: 64 * MiB }] };

test('labs of one name get folders of their own, names need not be file names', async () => {
  const library = newLibrary();
  const folders = ['My Lab', 'My Lab', '../../etc', 'CON', '日本'].map(
    (name) => library.create(name, null, plan).folder,
  );
  const names = ['my-lab', 'my-lab-2', 'etc', 'labcon', 'lab'];
  expect(folders.map((folder) => folder.split(/[/\\]/).at(-1))).toEqual(names);
  expect(library.list().map(({ name, state }) => [name, state])).toEqual([
    ['My Lab', 'open'],
    ['My Lab', 'open'],
    ['../../etc', 'open'],
    ['CON', 'open'],
    ['日本', 'open'],
  ]);
  await library.dispose();
});

test('a lab shows as closed, locked, damaged, missing', async () => {
  const library = newLibrary();
  const lab = library.create('One', null, plan);
  const { id, folder } = lab;
  await library.close(id);
  expect(library.summary(id)).toMatchObject({ state: 'closed', name: 'One', nodeCount: 1 });
  const lock = lockLab(folder, 'somebody');
  expect(library.summary(id)).toMatchObject({ state: 'locked' });
  expect(library.summary(id).problem).toContain('somebody');
  expect(() => library.open(id)).toThrow(expect.objectContaining({ code: 'labLocked' }));
  expect(() => library.rename(id, 'x')).toThrow(expect.objectContaining({ code: 'labLocked' }));
  lock.dispose();
  const text = readFileSync(join(folder, LAB_FILE), 'utf8');
  writeFileSync(join(folder, LAB_FILE), '{');
  expect(library.summary(id)).toMatchObject({ state: 'damaged' });
  writeFileSync(join(folder, LAB_FILE), text);
  expect(library.rename(id, 'Two')).toMatchObject({ state: 'closed', name: 'Two' });
  renameSync(folder, `${folder}.away`);
  expect(library.summary(id)).toMatchObject({ state: 'missing' });
  await library.remove(id, 'entry');
  expect(library.list()).toEqual([]);
  expect(() => library.open(id)).toThrow(expect.objectContaining({ code: 'labNotFound' }));
  await library.dispose();
});

test('removing a lab with its files removes its folder and no other', async () => {
  const library = newLibrary();
  const one = library.create('One', null, plan);
  const two = library.create('Two', null, plan);
  await library.remove(one.id, 'files');
  expect(readdirSync(join(base, 'labs'))).toEqual(['two']);
  expect(library.list().map(({ id }) => id)).toEqual([two.id]);
  await library.dispose();
});

test('a copied lab folder is not opened beside its original', async () => {
  const library = newLibrary();
  const one = library.create('One', null, plan);
  const { folder } = library.create('Two', null, plan);
  await library.close(library.list()[1]?.id ?? '');
  writeFileSync(join(folder, LAB_FILE), readFileSync(join(one.folder, LAB_FILE)));
  expect(() => library.openFolder(folder)).toThrow(expect.objectContaining({ code: 'labOpen' }));
  await library.dispose();
});
