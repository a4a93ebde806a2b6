/** `lab export` and `lab import`: a lab as one file. */
import { exportLab } from '#lab/archive/export.ts';
import { importLab } from '#lab/archive/import.ts';
import { readLabFile } from '#lab/folder/lab-file.ts';
import { lockLab } from '#lab/folder/lab-lock.ts';
import { operands, parseCommandLine } from '#hosts/headless/arguments.ts';

export async function exportCommand(words: readonly string[]): Promise<number> {
  const { positionals, rest } = parseCommandLine(words, {});
  const [folder = '', file = ''] = operands([...positionals, ...rest], 'DIR', 'FILE');
  readLabFile(folder);
  const lock = lockLab(folder, 'lab export');
  try {
    await exportLab(folder, file);
  } finally {
    lock.dispose();
  }
  return 0;
}

export async function importCommand(words: readonly string[]): Promise<number> {
  const { positionals, rest } = parseCommandLine(words, {});
  const [file = '', folder = ''] = operands([...positionals, ...rest], 'FILE', 'DIR');
  await importLab(file, folder);
  return 0;
}
