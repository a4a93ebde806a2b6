import { describe, expect, test } from 'vitest';
import {
  clampSidebar,
  INITIAL_UI,
  type Notice,
  withNotice,
  withoutToast,
  withPending,
  withTransfer,
} from '#renderer/model/ui-state.ts';

function notice(id: number, title: string): Notice {
  return { id, level: 'error', title, advice: 'Do this.', command: undefined, atMs: id };
}

describe('notices', () => {
  test('a lasting one stays in the list when its toast is gone', () => {
    const shown = withNotice(INITIAL_UI, notice(1, 'Disk full'), true);
    const gone = withoutToast(shown, 1);
    expect(gone.toasts).toEqual([]);
    expect(gone.problems.map(({ title }) => title)).toEqual(['Disk full']);
  });

  test('a passing one is no problem', () => {
    expect(withNotice(INITIAL_UI, notice(1, 'Name taken'), false).problems).toEqual([]);
  });

  test('the same words do not pile up, the newest wins', () => {
    const twice = withNotice(withNotice(INITIAL_UI, notice(1, 'A'), true), notice(2, 'A'), true);
    expect(twice.toasts.map(({ id }) => id)).toEqual([2]);
    expect(twice.problems.map(({ id }) => id)).toEqual([2]);
  });

  test('at most four toasts, the oldest goes first', () => {
    let state = INITIAL_UI;
    for (let id = 1; id <= 6; id += 1) state = withNotice(state, notice(id, `n${id}`), true);
    expect(state.toasts.map(({ id }) => id)).toEqual([3, 4, 5, 6]);
    expect(state.problems).toHaveLength(6);
  });

  test('is announced with its advice', () => {
    expect(withNotice(INITIAL_UI, notice(1, 'A'), false).announcement).toBe('A. Do this.');
  });
});

test('what is pending is a set', () => {
  const both = withPending(withPending(INITIAL_UI, 'a', true), 'b', true);
  expect([...withPending(both, 'a', false).pending]).toEqual(['b']);
  expect([...both.pending]).toEqual(['a', 'b']);
});

test('a transfer is updated in its place', () => {
  const base = { title: 't', totalBytes: 10, cancel: () => {} };
  const first = withTransfer(INITIAL_UI, { ...base, id: 1, doneBytes: 0 });
  const both = withTransfer(first, { ...base, id: 2, doneBytes: 0 });
  const moved = withTransfer(both, { ...base, id: 1, doneBytes: 5 });
  expect(moved.transfers.map(({ id, doneBytes }) => [id, doneBytes])).toEqual([
    [1, 5],
    [2, 0],
  ]);
});

test('the side bar keeps a width that can be used', () => {
  expect([0, 250.4, 9999].map(clampSidebar)).toEqual([180, 250, 440]);
});
