import { describe, expect, it } from 'vitest';
import { LESS } from '#cmd/less/less.ts';
import { MAN } from '#cmd/man/man.ts';
import { bold, fill, layOut, underlined } from '#cmd/man/page.ts';
import { PAGES } from '#cmd/man/pages.table.ts';
import { SYSTEM_COMMANDS } from '#cmd/system.table.ts';
import { type RunOutcome, runProgram } from '#testing/node-harness.ts';
import { PtySession } from '#testing/pty-session.ts';

const plain = (text: string): string => text.replace(/.\x08/gu, '');
const run = (name: string, ...words: string[]): RunOutcome =>
  runProgram(MAN.main, { argv: [name, ...words], files: { '/opt/man/man1/own.1': 'mine\n' } });

describe('man', () => {
  it('has a page for every command of ours, or the command says that it is not there', () => {
    const known = new Set(PAGES.flatMap((page) => [page.name, ...(page.also ?? [])]));
    const without = SYSTEM_COMMANDS.filter(({ name }) => !known.has(name)).filter(
      ({ main }) => runProgram(main).stderr.includes('not supported yet') === false,
    );
    expect(without.map(({ name }) => name)).toEqual([]);
    expect(known.has('intro')).toBe(true);
  });

  it('lays pages out in illumos’s form', () => {
    const text = plain(run('man', 'pgrep').stdout);
    expect(text).toMatch(
      /^PGREP\(1\) {10,}User Commands {10,}PGREP\(1\)\n\nNAME\n {7}pgrep, pkill - /,
    );
    for (const heading of ['SYNOPSIS', 'DESCRIPTION', 'OPTIONS', 'EXIT STATUS', 'SEE ALSO']) {
      expect(text).toContain(`\n${heading}\n`);
    }
    for (const page of PAGES) {
      const lines = plain(layOut(page, 78)).split('\n');
      const isSynopsis = (line: string): boolean => page.synopsis.includes(line.trim());
      expect(lines.filter((line) => line.length > 78 && !isSynopsis(line))).toEqual([]);
    }
  });

  it('finds pages by section, word and name', () => {
    expect(run('man', '8', 'df').status).toBe(0);
    expect(run('man', '-s', '1', 'df')).toMatchObject({
      status: 1,
      stderr: 'No entry for df in section(s) 1 of the manual.\n',
    });
    expect(run('man', 'nosuch')).toMatchObject({
      status: 1,
      stderr: 'No manual entry for nosuch.\n',
    });
    expect(run('whatis', 'pkill').stdout).toBe(
      'pgrep, pkill(1) - finds processes, or sends them a signal\n',
    );
    expect(run('apropos', 'calendar').stdout).toBe('cal(1) - shows a calendar\n');
    expect(run('man', '-k', 'nothinglikeit')).toMatchObject({
      status: 1,
      stderr: 'nothinglikeit: nothing appropriate\n',
    });
    expect(run('man')).toMatchObject({ status: 1 });
    expect(run('man', '-t', 'ps')).toMatchObject({ status: 2 });
    expect(
      runProgram(MAN.main, {
        argv: ['man', 'own'],
        env: { MANPATH: '/opt/man' },
        files: { '/opt/man/man1/own.1': 'mine\n' },
      }).stdout,
    ).toBe('mine\n');
  });

  it('shows bold and underlined text through the pager', async () => {
    const session = new PtySession(['/usr/bin/man', 'kill'], { commands: [MAN, LESS], rows: 12 });
    await session.settle();
    expect(session.screen[0]).toMatch(/^KILL\(1\) +User Commands +KILL\(1\)$/);
    expect(session.screen[2]).toBe('NAME');
    expect(session.terminal.buffer.active.getLine(2)?.getCell(0)?.isBold()).not.toBe(0);
    await session.type('q');
    expect(session.status).toBe(0);
  });

  it('overstrikes and fills', () => {
    expect(bold('ab c')).toBe('a\ba' + 'b\bb' + ' c\bc');
    expect(underlined('a')).toBe('_\ba');
    expect(fill('one two three', 12, 2)).toEqual(['  one two', '  three']);
    expect(plain(fill('*bold words* and _name_.', 60, 0)[0] ?? '')).toBe('bold words and name.');
  });
});
