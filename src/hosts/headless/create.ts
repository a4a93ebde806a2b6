/** `lab create`: a new lab with one node. */
import { basename, resolve } from 'node:path';
import { GiB, MiB } from '#base/units.ts';
import {
  createLabFolder,
  DEFAULT_NODE_NAME,
  DEFAULT_RAM_BYTES,
  type DiskSource,
} from '#lab/folder/lab-folder.ts';
import {
  NotSupportedError,
  operands,
  parseCommandLine,
  parseInteger,
  parseSize,
  UsageError,
} from '#hosts/headless/arguments.ts';

const MIN_DISK_BYTES: number = 64 * MiB;
const MIN_RAM_BYTES: number = 256 * MiB;

export function create(words: readonly string[]): Promise<number> {
  const { values, positionals, rest } = parseCommandLine(words, {
    disk: { type: 'string', multiple: true },
    ram: { type: 'string' },
    seed: { type: 'string' },
    setup: { type: 'boolean' },
  });
  const [folder = ''] = operands([...positionals, ...rest], 'DIR');
  if (values['setup'] === true) throw new NotSupportedError('lab create --setup');
  const disks = (values['disk'] as readonly string[] | undefined) ?? [];
  const seed = values['seed'] as string | undefined;
  const name = basename(resolve(folder))
    .replaceAll(/[\u0000-\u001f\u007f]/g, '')
    .trim();
  createLabFolder(
    folder,
    name.slice(0, 100) || 'lab',
    seed === undefined ? null : parseInteger(seed, '--seed', 0, 0xffff_ffff),
    [
      {
        name: DEFAULT_NODE_NAME,
        ramBytes: ramSize(values['ram'] as string | undefined),
        disks: disks.length === 0 ? [{ sizeBytes: 10 * GiB }] : disks.map(diskSource),
      },
    ],
  );
  return Promise.resolve(0);
}

function diskSource(text: string): DiskSource {
  const sizeBytes = parseSize(text);
  if (sizeBytes === undefined) return { file: text };
  if (sizeBytes < MIN_DISK_BYTES) throw new UsageError(`--disk ${text}: a disk has 64m or more`);
  if (sizeBytes % 512 !== 0) throw new UsageError(`--disk ${text}: not whole sectors of 512`);
  return { sizeBytes };
}

function ramSize(text: string | undefined): number {
  if (text === undefined) return DEFAULT_RAM_BYTES;
  const size = parseSize(text);
  if (size === undefined) throw new UsageError(`--ram ${text}: not a size (2g, 512m)`);
  if (size < MIN_RAM_BYTES) throw new UsageError(`--ram ${text}: a node has 256m or more`);
  return size;
}
