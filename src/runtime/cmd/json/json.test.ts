import { describe, expect, it } from 'vitest';
import { JSON_TOOL } from '#cmd/json/json.ts';
import { JSON_CASES } from '#cmd/json/json-cases.table.ts';
import { bootHarness, runProgram } from '#testing/node-harness.ts';

describe('json does what npm’s json does', () => {
  it.each(JSON_CASES.map((row) => [row[1].join(' '), row] as const))('%j', (_name, row) => {
    const [stdin, words, status, stdout, stderr] = row;
    const result = runProgram(JSON_TOOL.main, { argv: ['json', ...words], stdin });
    expect([result.status, result.stdout, result.stderr]).toEqual([status, stdout, stderr]);
  });
});

describe('json', () => {
  it('reads and changes files', () => {
    const node = bootHarness({ commands: [JSON_TOOL], files: { '/tmp/x': '{"a":{"b":1}}' } });
    expect(node.run(['/usr/bin/json', '-f', '/tmp/x', 'a.b']).stdout).toBe('1\n');
    expect(node.run(['/usr/bin/json', '-I', '-4', '-f', '/tmp/x']).stderr).toBe(
      'json: updated "/tmp/x" in-place\n',
    );
    expect(node.readFile('/tmp/x')).toBe('{\n    "a": {\n        "b": 1\n    }\n}\n');
    expect(node.run(['/usr/bin/json', '-f', '/nosuch'])).toMatchObject({ status: 1 });
  });

  it('does not run JavaScript', () => {
    expect(runProgram(JSON_TOOL.main, { argv: ['json', '-e', 'x=1'], stdin: '{}' })).toMatchObject({
      status: 2,
      stderr: 'json: -e: not supported yet\n',
    });
  });
});
