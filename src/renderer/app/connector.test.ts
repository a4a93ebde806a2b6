import { expect, test } from 'vitest';
import { takeToken } from '#renderer/app/connector.ts';

/** The parts of a window that hold the token. */
function fakeView(hash: string, kept: Record<string, string> = {}) {
  const store = new Map(Object.entries(kept));
  const shown: string[] = [];
  const view = {
    location: { hash, pathname: '/', search: '?x=1' },
    history: { replaceState: (_: unknown, __: string, url: string) => shown.push(url) },
    sessionStorage: {
      getItem: (key: string) => store.get(key) ?? null,
      setItem: (key: string, value: string) => store.set(key, value),
    },
  };
  return { view: view as unknown as Window, store, shown };
}

test('the token leaves the address at once and stays in the tab', () => {
  const { view, store, shown } = fakeView('#token=s3cret');
  expect(takeToken(view)).toBe('s3cret');
  expect(shown).toEqual(['/?x=1']);
  expect([...store.values()]).toEqual(['s3cret']);
});

test('after a reload the kept one is used; without any the lab will refuse', () => {
  expect(takeToken(fakeView('', { 'smartos-lab.token': 'kept' }).view)).toBe('kept');
  expect(takeToken(fakeView('#other=1').view)).toBe('');
});
