import { expect, test } from 'vitest';
import { ProbeRegistry, args, defineProbes } from '#kernel/sdt/registry.ts';

const declared = defineProbes('tcp', {
  send: args('pktinfo_t *', 'int'),
  stateChange: args('void'),
});

test('a probe is enabled exactly while somebody listens, and tells all listeners', () => {
  const registry = new ProbeRegistry();
  const { send } = registry.provide(declared, 'ip');
  const seen: unknown[] = [];
  const first = (_probe: unknown, values: readonly unknown[]): void => {
    seen.push(values);
  };
  const second = (): void => {
    seen.push('second');
  };
  expect(send.enabled).toBe(false);
  send.listen(first);
  send.listen(second);
  send.fire('packet', 7);
  send.unlisten(first);
  expect(send.enabled).toBe(true);
  send.unlisten(second);
  expect(send.enabled).toBe(false);
  expect(seen).toEqual([['packet', 7], 'second']);
});

test('two nodes have nothing in common, and names are as DTrace spells them', () => {
  const [one, other] = [new ProbeRegistry(), new ProbeRegistry()];
  const a = one.provide(declared);
  const b = other.provide(declared);
  a.stateChange.listen(() => {});
  expect(b.stateChange.enabled).toBe(false);
  expect(one.probes.map((probe) => `${probe.provider}:::${probe.name}`)).toEqual([
    'tcp:::send',
    'tcp:::state-change',
  ]);
});
