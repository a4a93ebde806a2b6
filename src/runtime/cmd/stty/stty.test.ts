import { describe, expect, it } from 'vitest';
import { characterText, parseCharacter, STTY } from '#cmd/stty/stty.ts';
import { CLEAR, TPUT } from '#cmd/tput/tput.ts';
import { runProgram } from '#testing/node-harness.ts';
import { PtySession } from '#testing/pty-session.ts';

async function stty(...words: string[]): Promise<PtySession> {
  const session = new PtySession(['/usr/bin/stty', ...words], { commands: [STTY], rows: 30 });
  return await session.settle();
}

describe('stty', () => {
  it('-a shows everything', async () => {
    const text = (await stty('-a')).screen.join('\n');
    expect(text).toMatch(/^speed \d+ baud;\nrows = 30; columns = 80; ypixels = 0; xpixels = 0;\n/);
    expect(text).toContain('intr = ^c; quit = ^\\; erase = ^?; kill = ^u;');
    expect(text).toMatch(/\n-parenb -parodd|\ncs8 -parenb/);
    expect(text).toContain('isig icanon -xcase echo echoe');
    expect(text).toContain('opost');
  });

  it('changes settings and gives them back', async () => {
    const saved = (await stty('-g')).screen.join('').trim();
    expect(saved).toMatch(/^([0-9a-f]+:){22}[0-9a-f]+$/);
    const changed = await stty('-echo', 'intr', '^X', 'rows', '10');
    expect(changed.status).toBe(0);
    expect((await stty('nonsense')).screen[0]).toBe('stty: unknown mode: nonsense');
    expect((await stty('sane')).status).toBe(0);
  });

  it('names control characters', () => {
    expect([0, 3, 127, 65].map(characterText)).toEqual(['<undef>', '^c', '^?', 'A']);
    expect(['^c', '^?', 'undef', 'x', 'xyz'].map(parseCharacter)).toEqual([
      3,
      127,
      0,
      120,
      undefined,
    ]);
  });

  it('needs a terminal', () => {
    expect(runProgram(STTY.main, { argv: ['stty'] })).toMatchObject({ status: 2 });
  });
});

describe('tput and clear', () => {
  const tput = (...words: string[]): ReturnType<typeof runProgram> =>
    runProgram(TPUT.main, { argv: ['tput', ...words], env: { TERM: 'xterm-256color' } });

  it('prints capabilities', () => {
    expect(tput('cup', '4', '9').stdout).toBe('\x1b[5;10H');
    expect(tput('setaf', '1').stdout).toBe('\x1b[31m');
    expect(tput('colors').stdout).toBe('256\n');
    expect(tput('cols').stdout).toBe('80\n');
    expect(tput('am').status).toBe(0);
    expect(tput('hs').status).toBe(1);
    expect(tput('-Tsun-color', 'clear').stdout).toBe('\f');
    expect(
      runProgram(TPUT.main, {
        argv: ['tput', '-S'],
        env: { TERM: 'vt100' },
        stdin: 'bold\ncup 0 0\n',
      }).stdout,
    ).toBe('\x1b[1m\x1b[1;1H');
    expect(runProgram(CLEAR.main, { argv: ['clear'], env: { TERM: 'xterm' } }).stdout).toBe(
      '\x1b[H\x1b[2J',
    );
  });

  it('has its exit statuses', () => {
    expect(tput()).toMatchObject({ status: 2 });
    expect(tput('-Tnosuch', 'clear')).toMatchObject({
      status: 3,
      stderr: 'tput: unknown terminal "nosuch"\n',
    });
    expect(tput('frobnicate')).toMatchObject({ status: 4 });
  });
});
