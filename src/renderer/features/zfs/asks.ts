/** The commands with blanks: what is asked for, and the line that comes of it. */
import type { DatasetShape, VdevShape } from '#protocol/zfs-model.ts';
import type { Ask, DiskChoice } from '#renderer/features/zfs/pane-context.ts';
import { formatBytes } from '#renderer/model/format.ts';

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** A name nobody has yet: the day, with a number from the second on. */
export function freeSnapshotName(taken: ReadonlySet<string>, day: number): string {
  const base = DAYS[day] ?? 'snapshot';
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? base : `${base}-${n}`;
    if (!taken.has(name)) return name;
  }
}

export function askSnapshot(dataset: string, initial: string): Ask {
  return {
    title: `Snapshot of ${dataset}`,
    text: 'Keeps the dataset as it is now. It takes no space until something changes.',
    fields: [
      { name: 'name', label: 'Name of the snapshot', initial },
      {
        name: 'depth',
        label: 'Which datasets',
        initial: '',
        isOptional: true,
        choices: [
          { value: '', label: 'Only this one' },
          { value: '-r', label: 'This one and all below it, in one txg' },
        ],
      },
    ],
    argv: ({ name = '', depth = '' }) => [
      'zfs',
      'snapshot',
      ...(depth === '' ? [] : [depth]),
      `${dataset}@${name}`,
    ],
    runLabel: 'Take the snapshot',
  };
}

export function askCreate(parent: string): Ask {
  return {
    title: `New file system in ${parent}`,
    text: 'It has its own properties, snapshots and quota, and shares the pool’s space.',
    fields: [
      { name: 'name', label: 'Name', initial: 'home' },
      {
        name: 'compression',
        label: 'Compression',
        initial: '',
        isOptional: true,
        choices: [
          { value: '', label: 'As its parent has it' },
          ...['on', 'off', 'lz4', 'gzip', 'gzip-9', 'zle', 'lzjb'].map((value) => ({
            value,
            label: value,
          })),
        ],
      },
    ],
    argv: ({ name = '', compression = '' }) => [
      'zfs',
      'create',
      ...(compression === '' ? [] : ['-o', `compression=${compression}`]),
      `${parent}/${name}`,
    ],
    runLabel: 'Create',
  };
}

const SETTABLE = [
  'compression',
  'recordsize',
  'quota',
  'refquota',
  'reservation',
  'atime',
  'checksum',
  'copies',
  'sync',
  'readonly',
  'snapdir',
  'mountpoint',
] as const;

export function askProperty(dataset: DatasetShape): Ask {
  return {
    title: `Set a property of ${dataset.name}`,
    text: 'What is already written stays as it is; the property counts for what is written next.',
    fields: [
      {
        name: 'property',
        label: 'Property',
        initial: 'compression',
        choices: SETTABLE.map((value) => ({ value, label: value })),
      },
      { name: 'value', label: 'Value', initial: 'lz4', hint: 'e.g. lz4, 10G, none, on, off' },
    ],
    argv: ({ property = '', value = '' }) => ['zfs', 'set', `${property}=${value}`, dataset.name],
    runLabel: 'Set',
  };
}

export function askDestroyDataset(dataset: DatasetShape, snapshotCount: number): Ask {
  return {
    title: `Destroy ${dataset.name}?`,
    text:
      'Everything in it is gone for good' +
      (snapshotCount > 0 ? `, its ${snapshotCount} snapshots too when -r is given` : ''),
    fields: [
      {
        name: 'depth',
        label: 'What else',
        initial: snapshotCount > 0 ? '-r' : '',
        isOptional: true,
        choices: [
          { value: '', label: 'Only this dataset' },
          { value: '-r', label: 'With snapshots and all below it (-r)' },
        ],
      },
    ],
    argv: ({ depth = '' }) => ['zfs', 'destroy', ...(depth === '' ? [] : [depth]), dataset.name],
    runLabel: 'Destroy',
    isDanger: true,
  };
}

export function askRollback(snapshot: string, newerCount: number): Ask {
  return {
    title: `Roll back to ${snapshot}?`,
    text:
      'The dataset becomes what it was then. What was written since is gone' +
      (newerCount > 0 ? `, and so are ${newerCount} newer snapshots (-r)` : ''),
    fields: [],
    argv: () => ['zfs', 'rollback', ...(newerCount > 0 ? ['-r'] : []), snapshot],
    runLabel: 'Roll back',
    isDanger: true,
  };
}

export function askClone(snapshot: string, pool: string): Ask {
  const last = snapshot.slice(snapshot.lastIndexOf('/') + 1).replace('@', '-');
  return {
    title: `Clone of ${snapshot}`,
    text: 'A file system that begins as the snapshot and can be changed; only changes take space.',
    fields: [{ name: 'name', label: 'Name of the clone', initial: `${pool}/${last}` }],
    argv: ({ name = '' }) => ['zfs', 'clone', snapshot, name],
    runLabel: 'Clone',
  };
}

export function askDestroySnapshot(snapshot: string, cloneCount: number): Ask {
  return {
    title: `Destroy ${snapshot}?`,
    text:
      'The snapshot is gone for good; the dataset itself stays as it is now' +
      (cloneCount > 0 ? '. It has clones, which must be destroyed or promoted first' : ''),
    fields: [],
    argv: () => ['zfs', 'destroy', snapshot],
    runLabel: 'Destroy',
    isDanger: true,
  };
}

const diskChoices = (disks: readonly DiskChoice[]): { value: string; label: string }[] =>
  disks
    .filter(({ pool }) => pool === undefined)
    .map(({ name, sizeBytes }) => ({ value: name, label: `${name}, ${formatBytes(sizeBytes)}` }));

export function askAttach(pool: string, vdev: VdevShape, disks: readonly DiskChoice[]): Ask {
  const choices = diskChoices(disks);
  return {
    title: `Attach a disk to ${vdev.name}`,
    text: 'The new disk becomes a mirror of this one; a resilver fills it.',
    fields: [{ name: 'disk', label: 'New disk', initial: choices[0]?.value ?? '', choices }],
    argv: ({ disk = '' }) => ['zpool', 'attach', pool, vdev.name, disk],
    runLabel: 'Attach',
  };
}

export function askReplace(pool: string, vdev: VdevShape, disks: readonly DiskChoice[]): Ask {
  const choices = [{ value: '', label: 'A new disk in the same slot' }, ...diskChoices(disks)];
  return {
    title: `Replace ${vdev.name}`,
    text: 'The new disk gets what this one should have; when that is done, this one is let go.',
    fields: [
      {
        name: 'disk',
        label: 'Replace it with',
        initial: choices[1]?.value ?? '',
        choices,
        isOptional: true,
      },
    ],
    argv: ({ disk = '' }) => ['zpool', 'replace', pool, vdev.name, ...(disk === '' ? [] : [disk])],
    runLabel: 'Replace',
  };
}

export function askDestroyPool(pool: string): Ask {
  return {
    title: `Destroy the pool ${pool}?`,
    text: 'All its datasets are gone. Until the disks are used again, import -D brings it back.',
    fields: [],
    argv: () => ['zpool', 'destroy', pool],
    runLabel: 'Destroy the pool',
    isDanger: true,
  };
}

export function askExport(pool: string): Ask {
  return {
    title: `Export ${pool}?`,
    text: 'Writes everything and lets go of the disks: another machine may import the pool.',
    fields: [],
    argv: () => ['zpool', 'export', pool],
    runLabel: 'Export',
  };
}
