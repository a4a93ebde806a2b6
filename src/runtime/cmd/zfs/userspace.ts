/**
 * zfs userspace and groupspace. @man zfs-userspace(8)  @see cmd/zfs/zfs_main.c zfs_do_userspace()
 */
import { ZFS_TYPE_FILESYSTEM, ZFS_TYPE_SNAPSHOT } from '#abi/illumos/zfs-prop.ts';
import type { ZfsRun } from '#cmd/zfs/run.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { Accounts } from '#lib/libc/accounts.ts';
import { hasOption } from '#lib/libc/getopt.ts';
import { openZfs } from '#lib/libzfs/dataset.ts';
import { zfsNicenum } from '#lib/libzfs/nicenum.ts';
import { userspaceMany } from '#lib/libzfs/userspace.ts';

const FIELDS = ['type', 'name', 'used', 'quota'] as const;
type Field = (typeof FIELDS)[number];
const KNOWN_TYPES = ['posixuser', 'smbuser', 'posixgroup', 'smbgroup', 'all'];

interface SpaceRow {
  readonly type: string;
  readonly name: string;
  readonly id: number;
  readonly used: bigint;
  readonly quota: bigint;
}

interface SpaceOptions {
  readonly isNumeric: boolean;
  readonly isScripted: boolean;
  readonly isLiteral: boolean;
  readonly fields: readonly Field[];
  readonly sort: readonly { readonly field: Field; readonly isReverse: boolean }[];
  readonly showsUsers: boolean;
  readonly showsGroups: boolean;
}

function isField(text: string): text is Field {
  return (FIELDS as readonly string[]).includes(text);
}

function* parse(
  run: ZfsRun,
  args: readonly string[],
  isGroup: boolean,
): Task<{ options: SpaceOptions; operands: readonly string[] } | number> {
  const parsed = yield* run.options(args, 'nHpo:s:S:t:i');
  if (typeof parsed === 'number') return parsed;
  let fields: readonly Field[] = FIELDS;
  const sort: { field: Field; isReverse: boolean }[] = [];
  let types: readonly string[] = isGroup ? ['posixgroup'] : ['posixuser'];
  for (const { letter, value } of parsed.options) {
    if (letter === 'o') {
      const wanted = value.split(',');
      const bad = wanted.find((each) => !isField(each));
      if (bad !== undefined) return yield* run.usage(`invalid type '${bad}' for -o option`);
      fields = wanted.filter(isField);
    } else if (letter === 's' || letter === 'S') {
      if (!isField(value)) return yield* run.fail(`invalid field '${value}'\n`);
      sort.push({ field: value, isReverse: letter === 'S' });
    } else if (letter === 't') {
      types = value.split(',');
      const bad = types.find((each) => !KNOWN_TYPES.includes(each));
      if (bad !== undefined) return yield* run.usage(`invalid type '${bad}' for -t option`);
    }
  }
  const hasType = (word: string): boolean => types.includes(word) || types.includes('all');
  const options: SpaceOptions = {
    isNumeric: hasOption(parsed, 'n'),
    isScripted: hasOption(parsed, 'H'),
    isLiteral: hasOption(parsed, 'p'),
    fields,
    sort: sort.length > 0 ? sort : [{ field: 'type', isReverse: false }],
    showsUsers: hasType('posixuser'),
    showsGroups: hasType('posixgroup'),
  };
  return { options, operands: parsed.operands };
}

function* rowsOf(
  run: ZfsRun,
  name: string,
  isGroup: boolean,
  isNumeric: boolean,
): Task<SpaceRow[]> {
  const kind = isGroup ? 'group' : 'user';
  const used = (yield* userspaceMany(run.zfs, name, `${kind}used@`)) ?? new Map<number, bigint>();
  const quota = (yield* userspaceMany(run.zfs, name, `${kind}quota@`)) ?? new Map<number, bigint>();
  const accounts = new Accounts(run.sys);
  const rows: SpaceRow[] = [];
  for (const id of new Set([...used.keys(), ...quota.keys()])) {
    const text = isGroup ? yield* accounts.groupName(id) : yield* accounts.userName(id);
    rows.push({
      type: isGroup ? 'POSIX Group' : 'POSIX User',
      name: isNumeric ? String(id) : (text ?? String(id)),
      id,
      used: used.get(id) ?? 0n,
      quota: quota.get(id) ?? 0n,
    });
  }
  return rows;
}

function compare(a: SpaceRow, b: SpaceRow, { sort }: SpaceOptions): number {
  for (const { field, isReverse } of sort) {
    const [x, y] = [a[field], b[field]];
    if (x !== y) return (x < y ? -1 : 1) * (isReverse ? -1 : 1);
  }
  return a.name < b.name ? -1 : 1;
}

export function* space(run: ZfsRun, args: readonly string[], isGroup: boolean): Task<number> {
  const parsed = yield* parse(run, args, isGroup);
  if (typeof parsed === 'number') return parsed;
  const { options, operands } = parsed;
  const [name, ...more] = operands;
  if (name === undefined) return yield* run.usage('missing dataset name');
  if (more.length > 0) return yield* run.usage('too many arguments');
  const types = ZFS_TYPE_FILESYSTEM | ZFS_TYPE_SNAPSHOT;
  const dataset = yield* openZfs(run.zfs, name, types);
  if (dataset === undefined) return 1;
  const { showsUsers, showsGroups, isNumeric } = options;
  const rows = [
    ...(showsUsers ? yield* rowsOf(run, name, false, isNumeric) : []),
    ...(showsGroups ? yield* rowsOf(run, name, true, isNumeric) : []),
  ];
  rows.sort((a, b) => compare(a, b, options));
  const size = (value: bigint): string => (options.isLiteral ? String(value) : zfsNicenum(value));
  const cells = rows.map((row) => ({
    type: row.type,
    name: row.name,
    used: size(row.used),
    quota: row.quota === 0n ? 'none' : size(row.quota),
  }));
  const header = { type: 'TYPE', name: 'NAME', used: 'USED', quota: 'QUOTA' };
  const width = (field: Field): number =>
    Math.max(header[field].length, ...cells.map((row) => row[field].length));
  const line = (row: Readonly<Record<Field, string>>): string => {
    if (options.isScripted) return `${options.fields.map((field) => row[field]).join('\t')}\n`;
    const padded = options.fields.map((field) =>
      field === 'type' || field === 'name'
        ? row[field].padEnd(width(field))
        : row[field].padStart(width(field)),
    );
    return `${padded.join('  ')}\n`;
  };
  if (!options.isScripted) yield* run.out(line(header));
  for (const row of cells) yield* run.out(line(row));
  return 0;
}
