import { expect, test } from 'vitest';
import { exportFileName } from '#renderer/model/transfer.ts';

test('a file name is made of a lab’s name: no separators, no hidden file', () => {
  expect(exportFileName('ZFS course')).toBe('ZFS course.smartoslab');
  expect(exportFileName('../../etc/passwd')).toBe('etc-passwd.smartoslab');
  expect(exportFileName('Übung: 7/8')).toBe('Übung- 7-8.smartoslab');
  expect(exportFileName('???')).toBe('lab.smartoslab');
});
