/**
 * The judge of our vi is vim: the same text and keys must leave the same text. Skipped by name where
 * there is no vim.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keysOf, TestEditor } from '#cmd/vi/editor.test-kit.ts';
import { SCRIPTS } from '#cmd/vi/scripts.table.ts';

const hasVim = spawnSync('vim', ['--version']).status === 0;

/** One vim does all scripts: starting one for each would take minutes. */
function runVim(): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'vi-judge-'));
  try {
    const jobs = SCRIPTS.map(([text, keys]) => [
      text.replace(/\n$/, '').split('\n'),
      keysOf(keys).join(''),
    ]);
    writeFileSync(join(folder, 'jobs.json'), JSON.stringify(jobs));
    writeFileSync(join(folder, 'judge.vim'), JUDGE);
    // A failing search makes its exit status 1: the results say whether it worked.
    spawnSync(
      'vim',
      ['-u', 'NONE', '-N', '-i', 'NONE', '-n', '--not-a-term', '-es', '-S', 'judge.vim'],
      { cwd: folder, stdio: 'ignore', timeout: 60_000 },
    );
    return JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as string[];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const JUDGE = `set encoding=utf-8 noswapfile
let jobs = json_decode(readfile('jobs.json')[0])
let results = []
for job in jobs
  enew!
  set noic magic ws noai sw=8 ts=8 noet sts=0 nojs bs=
  set ul=-1
  call setline(1, job[0])
  set ul=1000
  for r in split('abcdefghijklmnopqrstuvwxyz0123456789-"', '\\zs')
    call setreg(r, [])
  endfor
  let @/ = ''
  normal! gg0
  silent! call feedkeys(job[1], 'ntx')
  call add(results, join(getline(1, '$'), "\\n"))
endfor
call writefile([json_encode(results)], 'results.json')
qa!
`;

describe.skipIf(!hasVim)('vi against vim', () => {
  const expected = hasVim ? runVim() : [];
  it.each(SCRIPTS.map(([text, keys], index) => [keys, text, index] as const))(
    '%j',
    (keys, text, index) => {
      const { text: result } = new TestEditor({ file: text }).type(keys);
      expect(result).toBe(expected[index]);
    },
  );
});
