import { describe, expect, it } from 'vitest';
import { ENV, PRINTENV } from '#cmd/env/env.ts';
import { bootHarness } from '#testing/node-harness.ts';

describe('env and printenv', () => {
  const node = bootHarness({ commands: [ENV, PRINTENV] });
  const env = { A: '1', B: 'two words' };
  const run = (...words: string[]): ReturnType<typeof node.run> => node.run(words, { env });

  it('shows the environment', () => {
    expect(run('/usr/bin/env').stdout).toContain('A=1\nB=two words\n');
    expect(run('/usr/bin/printenv', 'B').stdout).toBe('two words\n');
    expect(run('/usr/bin/printenv', 'C')).toMatchObject({ status: 1, stdout: '' });
  });

  it('changes it for a command found in PATH', () => {
    expect(run('/usr/bin/env', '-i', 'X=y', '/usr/bin/env').stdout).toBe('X=y\n');
    expect(run('/usr/bin/env', '-u', 'A', 'printenv', 'A').status).toBe(1);
    expect(run('/usr/bin/env', 'A=3', 'printenv', 'A').stdout).toBe('3\n');
    expect(run('/usr/bin/env', '-', 'Q=1').stdout).toBe('Q=1\n');
    expect(run('/usr/bin/env', '-S', 'printenv B').stdout).toBe('two words\n');
  });

  it('fails as a shell would', () => {
    expect(run('/usr/bin/env', 'nosuch')).toMatchObject({
      status: 127,
      stderr: 'env: nosuch: No such file or directory\n',
    });
    expect(run('/usr/bin/env', '/etc').status).toBe(126);
    expect(run('/usr/bin/env', '-q').status).toBe(125);
  });
});
