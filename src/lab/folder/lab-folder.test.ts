import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GiB } from '#base/units.ts';
import { LAB_FILE, readLabFile, writeLabFile } from '#lab/folder/lab-file.ts';
import { createLabFolder, diskFile } from '#lab/folder/lab-folder.ts';
import { lockHolder, lockLab } from '#lab/folder/lab-lock.ts';

let base: string;
let lab: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'lab-'));
  lab = join(base, 'lab');
  createLabFolder(lab, 'One', null, [
    { name: 'node0', ramBytes: GiB, disks: [{ sizeBytes: 10 * GiB }] },
  ]);
});
afterEach(() => rmSync(base, { recursive: true }));

const file = () => join(lab, LAB_FILE);

test('a new lab has a sparse disk and nothing lost in writing it again', () => {
  const image = statSync(diskFile(lab, 'node0', 'c1t0d0'));
  expect(image.size).toBe(10 * GiB);
  expect(image.blocks).toBe(0);
  const config = readLabFile(lab);
  writeLabFile(lab, config);
  expect(readLabFile(lab)).toEqual(config);
});

test('keys of another program stay', () => {
  writeFileSync(file(), readFileSync(file(), 'utf8').replace('{', '{ "note": "mine",'));
  writeLabFile(lab, { ...readLabFile(lab), name: 'Two' });
  expect(JSON.parse(readFileSync(file(), 'utf8'))).toMatchObject({ note: 'mine', name: 'Two' });
});

test.each([
  ['empty', () => '', 'labDamaged', 'it is not JSON'],
  ['cut off', (text: string) => text.slice(0, 60), 'labDamaged', '(line 3, column'],
  ['a list', () => '[]', 'labDamaged', 'the whole'],
  ['null', () => 'null', 'labDamaged', 'the whole'],
  ['of a newer format', (t: string) => t.replace('"format": 1', '"format": 9'), 'labNewer', ''],
  [
    'wrong in one key',
    (text: string) => text.replace(/"ramBytes": \d+/, '"ramBytes": "lots"'),
    'labDamaged',
    'key "nodes.0.ramBytes" (line 10)',
  ],
  [
    'named with a path',
    (text: string) => text.replace('"node0"', '"../../etc"'),
    'labDamaged',
    'key "nodes.0.name"',
  ],
])('a lab.json that is %s is refused, named and kept', (_, change, code, state) => {
  const text = change(readFileSync(file(), 'utf8'));
  writeFileSync(file(), text);
  expect(() => readLabFile(lab)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(state) as string }),
  );
  expect(() => readLabFile(lab)).toThrow(file());
  expect(readFileSync(file(), 'utf8')).toBe(text);
});

test('a folder without lab.json is no lab', () => {
  expect(() => readLabFile(base)).toThrow('there is no lab.json in it');
  expect(() => readLabFile(join(base, 'nowhere'))).toThrow('there is no lab.json in it');
});

test('a lab is never made where something is, and a failed one leaves nothing', () => {
  expect(() => createLabFolder(lab, 'X', null, [])).toThrow('there is something already');
  const disks = [{ file: join(base, 'missing.img') }];
  const plan = { name: 'node0', ramBytes: GiB, disks };
  expect(() => createLabFolder(join(base, 'new'), 'X', null, [plan])).toThrow('missing.img');
  writeFileSync(join(base, 'odd.img'), 'odd');
  const odd = { ...plan, disks: [{ file: join(base, 'odd.img') }] };
  expect(() => createLabFolder(join(base, 'new'), 'X', null, [odd])).toThrow('not whole sectors');
  expect(statSync(join(base, 'new'), { throwIfNoEntry: false })).toBeUndefined();
});

test('the second to open a lab is told who has it', () => {
  const lock = lockLab(lab, 'the first');
  expect(() => lockLab(lab, 'the second')).toThrow(
    expect.objectContaining({
      code: 'labLocked',
      message: expect.stringMatching(/the first \(process \d+ on .*\) has it open$/) as string,
    }),
  );
  expect(lockHolder(lab)).toContain('the first');
  lock.dispose();
  expect(lockHolder(lab)).toBeUndefined();
  lockLab(lab, 'the second').dispose();
});

test('the lock of a killed process is free at once', async () => {
  const lockModule = new URL('./lab-lock.ts', import.meta.url).href;
  const program = `
    const { lockLab } = await import(${JSON.stringify(lockModule)});
    lockLab(${JSON.stringify(lab)}, 'a process');
    process.stdout.write('locked');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await new Promise((resolve) => child.stdout.once('data', resolve));
    expect(() => lockLab(lab, 'we')).toThrow(`process ${child.pid}`);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    lockLab(lab, 'we').dispose();
  } finally {
    child.kill('SIGKILL');
  }
});
