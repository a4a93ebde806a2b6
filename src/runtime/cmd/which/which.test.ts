import { expect, test } from 'vitest';
import { WHICH } from '#cmd/which/which.ts';
import { bootHarness } from '#testing/node-harness.ts';

const node = bootHarness({
  commands: [WHICH],
  files: {
    '/opt/bin/tool': { content: '#!/bin/sh\n', mode: 0o755 },
    '/opt/bin/text': { content: 'not a program\n', mode: 0o644 },
    '/opt/bin/folder': null,
    '/opt/sbin/tool': { content: '#!/bin/sh\n', mode: 0o755 },
  },
});
const env = { PATH: '/opt/bin:/opt/sbin' };

test('the first along PATH, or all', () => {
  expect(node.run(['/usr/bin/which', 'tool'], { env }).stdout).toBe('/opt/bin/tool\n');
  const all = node.run(['/usr/bin/which', '-a', 'tool'], { env });
  expect(all.stdout).toBe('/opt/bin/tool\n/opt/sbin/tool\n');
});

test('what is no program is not found', () => {
  const result = node.run(['/usr/bin/which', 'text', 'folder', '/opt/bin/tool'], { env });
  expect(result).toMatchObject({
    status: 1,
    stdout: 'no text in /opt/bin /opt/sbin\nno folder in /opt/bin /opt/sbin\n/opt/bin/tool\n',
  });
});

test('a bad option is a usage error', () => {
  expect(node.run(['/usr/bin/which', '-q', 'x'], { env })).toMatchObject({ status: 2 });
});
