import { describe, expect, it } from 'vitest';
import { VI } from '#cmd/vi/vi.ts';
import { runProgram } from '#testing/node-harness.ts';
import { PtySession } from '#testing/pty-session.ts';

const files = { '/tmp/a': 'one\ntwo\nthree\n', '/tmp/b': 'bee\n' };

async function vi(...words: string[]): Promise<PtySession> {
  const session = new PtySession(['/usr/bin/vi', ...words], {
    commands: [VI],
    files,
    rows: 6,
    columns: 50,
  });
  return await session.settle();
}

describe('vi on a terminal', () => {
  it('edits a file and writes it', async () => {
    const session = await vi('/tmp/a');
    expect(session.screen.slice(0, 5)).toEqual(['one', 'two', 'three', '~', '~']);
    expect(session.screen[5]).toMatch(/^"\/tmp\/a" 3 lines, 14 characters/);
    await session.type('jcwTWO\x1b');
    expect(session.screen[1]).toBe('TWO');
    await session.type('ZZ');
    expect(session.status).toBe(0);
    expect(session.node.readFile('/tmp/a')).toBe('one\nTWO\nthree\n');
    expect(session.terminal.buffer.active.type).toBe('normal');
  });

  it('tells a lone escape from an arrow key', async () => {
    const session = await vi('/tmp/a');
    await session.type('ihello\x1b');
    await session.type('\x1b[B');
    await session.type('x:wq\r');
    expect(session.node.readFile('/tmp/a')).toBe('helloone\ntw\nthree\n');
    expect(session.status).toBe(0);
  });

  it('follows the size of the window', async () => {
    const session = await vi('/tmp/a');
    await session.resize(4, 20);
    expect(session.screen.slice(0, 3)).toEqual(['one', 'two', 'three']);
    await session.type(':set nu\r');
    expect(session.screen.slice(0, 3)).toEqual(['     1  one', '     2  two', '     3  three']);
  });

  it('takes a command on its command line', async () => {
    const session = await vi('/tmp/b', '+$', '/tmp/a');
    await session.type('Gox\x1b:w\r:q!\r');
    expect(session.node.readFile('/tmp/b')).toBe('bee\nx\n');
  });

  it('opens at a line and in view mode does not write', async () => {
    const session = await vi('-R', '+2', '/tmp/a');
    await session.type('x:w\r');
    expect(session.screen[5]).toMatch(/^"\/tmp\/a" File is read only/);
    await session.type(':w! /tmp/new\r:q!\r');
    expect(session.node.readFile('/tmp/new')).toBe('one\nwo\nthree\n');
  });

  it('says what it can not do', () => {
    expect(runProgram(VI.main, { argv: ['vi', '/tmp/x'] })).toMatchObject({
      status: 1,
      stderr: 'vi: Standard input and output must be a terminal\n',
    });
    expect(runProgram(VI.main, { argv: ['vi', '-r'] })).toMatchObject({
      status: 2,
      stderr: 'vi: -r: not supported yet\n',
    });
    expect(runProgram(VI.main, { argv: ['vi', '-Q'] })).toMatchObject({ status: 1 });
  });
});
