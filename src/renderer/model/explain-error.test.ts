import { expect, test } from 'vitest';
import { LAB_ERROR_CODES, LabError } from '#protocol/errors.ts';
import { commandById } from '#renderer/commands/commands.table.ts';
import { explain } from '#renderer/model/explain-error.ts';

test('every error has advice in whole sentences, and a command that exists', () => {
  for (const code of LAB_ERROR_CODES) {
    const told = explain(new LabError(code, 'Cannot do it: because'));
    expect(told.title).toBe('Cannot do it: because');
    expect(told.advice, code).toMatch(/^[A-Z].*\.$/);
    if (told.command !== undefined) expect(commandById(told.command).id).toBe(told.command);
  }
});

test('what the person has to mend stays in the list, what passes by does not', () => {
  const isLasting = (code: 'diskFull' | 'labLocked' | 'labExists' | 'cancelled'): boolean =>
    explain(new LabError(code, 'x')).isLasting;
  expect((['diskFull', 'labLocked', 'labExists', 'cancelled'] as const).map(isLasting)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
