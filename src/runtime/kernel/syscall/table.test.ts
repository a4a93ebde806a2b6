import { expect, test } from 'vitest';
import { encodeUtf8 } from '#base/bytes.ts';
import { createProcess, createThread } from '#kernel/os/fork.ts';
import { Caller } from '#kernel/syscall/caller.ts';
import { systemCall } from '#kernel/syscall/dispatch.ts';
import { SYSCALLS, syscallRow } from '#kernel/syscall/table.ts';
import { bootHarness } from '#testing/node-harness.ts';

test('numbers ascend, names are unique, and what is missing says so', () => {
  const numbers = SYSCALLS.map((row) => row.number);
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(new Set(SYSCALLS.map((row) => row.name)).size).toBe(SYSCALLS.length);
  for (const row of SYSCALLS) {
    if (row.level !== 'full') expect(row.note, row.name).toMatch(/\S/);
  }
  // Spot checks against sys/syscall.h.
  expect(
    ['read', 'write', 'openat', 'pollsys', 'umount2'].map((n) => syscallRow(n).number),
  ).toEqual([3, 4, 68, 183, 255]);
});

test('a call that is not there is ENOSYS, is counted, and fires its probes', () => {
  const { kernel, assembled } = bootHarness();
  const root = assembled.rootfs.root();
  const image = { command: 't', argv: ['t'], env: new Map<string, string>(), path: '' };
  const proc = createProcess(kernel, { parent: null, cwd: root, root, image });
  const thread = createThread(proc, { next: () => ({ value: 0 }) });
  const caller = new Caller(proc, thread, assembled.services, function* () {});
  const row = syscallRow('so_socket');
  const fired: string[] = [];
  for (const probe of kernel.sdt.probes) {
    if (probe.functionName !== 'so_socket') continue;
    probe.listen(({ name }, values) => fired.push(`${name} ${values.slice(0, 2).join(' ')}`));
  }
  kernel.dispatcher.units = 1000;
  const step = systemCall(caller, row, 2, 1).next();
  expect(step).toMatchObject({ done: true, value: { name: 'ENOSYS' } });
  expect(kernel.unsupported.get('so_socket')).toBe(1);
  expect(fired).toEqual(['entry 2 1', expect.stringMatching(/^return .* 89$/)]);
});

test('probes see every call of a program and cost nothing else once nobody listens', () => {
  const node = bootHarness();
  while (node.step());
  const seen: string[] = [];
  const listener = (probe: { functionName: string }): void => {
    seen.push(probe.functionName);
  };
  const entries = node.kernel.sdt.probes.filter(
    (probe) => probe.provider === 'syscall' && probe.name === 'entry',
  );
  for (const probe of entries) probe.listen(listener);
  node.run(function* (sys) {
    yield* sys.write(1, encodeUtf8('x'));
    yield* sys.stat('/');
    yield* sys.dup2(1, 9);
    return 0;
  });
  // What follows is init's reaping of the program.
  expect(seen.slice(0, 3)).toEqual(['write', 'fstatat', 'fcntl']);
  for (const probe of entries) probe.unlisten(listener);
  expect(entries.some((probe) => probe.enabled)).toBe(false);
});
