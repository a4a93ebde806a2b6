/** Lists and attributes that programs set leave a pool that the genuine zdb finds whole. */
import { expect, test } from 'vitest';
import { bash } from '#cmd/bash/index.ts';
import { CHMOD } from '#cmd/chmod/chmod.ts';
import { RUNAT } from '#cmd/runat/runat.ts';
import { Machine } from '#testing/zfs/command-machine.ts';

test('chmod A+ and runat', () => {
  const m = new Machine();
  for (const command of [bash, CHMOD, RUNAT]) m.node.addCommand(command);
  m.node.writeFile('/bin', { link: 'usr/bin' });
  m.node.writeFile('/tank/d', null);
  const many = Array.from({ length: 200 }, (_, i) => `user:${1000 + i}:rwx:fd:allow`).join(',');
  const run = (...words: string[]): unknown => m.node.run(words).status;
  expect(run('/usr/bin/chmod', `A+${many}`, '/tank/d')).toBe(0);
  m.node.writeFile('/tank/d/f', 'x');
  expect(run('/usr/bin/chmod', 'A+everyone@:full_set:deny', '/tank/d/f')).toBe(0);
  expect(run('/usr/bin/runat', '/tank/d/f', 'for i in 1 2 3; do echo $i > a$i; done')).toBe(0);
  m.judge();
});
