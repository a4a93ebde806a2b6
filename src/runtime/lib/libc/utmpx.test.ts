import { expect, test } from 'vitest';
import {
  BOOT_TIME,
  DEAD_PROCESS,
  LOGIN_PROCESS,
  USER_PROCESS,
  exchangeLastlog,
  futmpx,
  readUtmpx,
  recordUtmpx,
  runLevelRecord,
  WTMPX_FILE,
} from '#lib/libc/utmpx.ts';
import { bootHarness } from '#testing/node-harness.ts';

test('a record lies as futmpx has it', () => {
  expect(futmpx.size).toBe(372);
  const bytes = futmpx.encode({
    user: 'root',
    id: 'co',
    line: 'console',
    pid: 300,
    type: USER_PROCESS,
    seconds: 0x01020304,
    syslen: 5,
    host: 'host',
  });
  const text = (from: number, size: number): string =>
    String.fromCharCode(...bytes.subarray(from, from + size));
  expect([text(0, 4), text(32, 2), text(36, 7), text(114, 4)]).toEqual([
    'root',
    'co',
    'console',
    'host',
  ]);
  expect([...bytes.subarray(68, 74)]).toEqual([0x2c, 1, 0, 0, USER_PROCESS, 0]);
  expect([...bytes.subarray(80, 84)]).toEqual([4, 3, 2, 1]);
  expect(bytes[112]).toBe(5);
});

test('one record a line in utmpx, all of them in wtmpx', () => {
  const node = bootHarness({ files: { '/var/adm': null } });
  const outcome = node.run(function* (sys) {
    yield* recordUtmpx(sys, { type: BOOT_TIME, line: 'system boot' });
    yield* recordUtmpx(sys, runLevelRecord('3', 'S'));
    const line = { id: 'co', line: 'console' };
    yield* recordUtmpx(sys, { ...line, type: LOGIN_PROCESS, user: 'LOGIN', pid: 7 });
    yield* recordUtmpx(sys, { ...line, type: USER_PROCESS, user: 'root', pid: 7 });
    yield* recordUtmpx(sys, { ...line, type: DEAD_PROCESS, pid: 7 });
    yield* recordUtmpx(sys, runLevelRecord('5', '3'));
    const now = yield* readUtmpx(sys);
    expect(now.map(({ type, line: name }) => [type, name])).toEqual([
      [BOOT_TIME, 'system boot'],
      [1, 'run-level 5'],
      [DEAD_PROCESS, 'console'],
    ]);
    expect((yield* readUtmpx(sys, WTMPX_FILE)).length).toBe(6);
    return 0;
  });
  expect(outcome).toMatchObject({ status: 0, stderr: '' });
});

test('the last login of each user is found by uid', () => {
  const node = bootHarness({ files: { '/var/adm': null } });
  const outcome = node.run(function* (sys) {
    expect(yield* exchangeLastlog(sys, 100, 'pts/1')).toBeUndefined();
    expect(yield* exchangeLastlog(sys, 0, 'console')).toBeUndefined();
    expect(yield* exchangeLastlog(sys, 100, 'pts/2')).toMatchObject({ line: 'pts/1', host: '' });
    expect(yield* exchangeLastlog(sys, 100, 'pts/3')).toMatchObject({ line: 'pts/2' });
    return 0;
  });
  expect(outcome).toMatchObject({ status: 0, stderr: '' });
});
