/**
 * What was recorded when the fixtures were made, compared with what we read: contents, types, modes,
 * owners, links, sizes, times, link targets and extended attributes.
 */
import { createHash } from 'node:crypto';
import { decodeLatin1 } from '#base/bytes.ts';
import type { ZfsReader } from '#kernel/fs/zfs/zpl/zfs-reader.ts';
import { fixtureExpect } from './fixtures.ts';

const MiB = 2 ** 20;

const KIND: Readonly<Record<number, string>> = {
  1: 'p',
  2: 'c',
  4: 'd',
  6: 'b',
  8: 'f',
  10: 'l',
  12: 's',
};

interface Listing {
  readonly lines: Map<string, string>;
  readonly sums: Map<string, string>;
  count: number;
}

/** All of a tree in the form of the expect files; big/ is counted and left out. */
function list(reader: ZfsReader): Listing {
  const out: Listing = { lines: new Map(), sums: new Map(), count: 0 };
  const walk = (object: number, path: string): void => {
    const a = reader.attributes(object);
    const kind = KIND[a.mode >> 12] ?? '?';
    out.count += 1;
    if (!path.startsWith('./big/')) {
      const time = `${a.mtime[0]}.${String(a.mtime[1]).padStart(9, '0')}0`;
      const target = kind === 'l' ? reader.readlink(object) : '';
      const mode = (a.mode & 0o7777).toString(8);
      const owner = `${mode} ${a.uid} ${a.gid} ${a.links}`;
      const line = `${kind} ${owner} ${a.sizeBytes} ${time} ${path} -> ${target}`;
      out.lines.set(path, line);
      if (kind === 'f') {
        const hash = createHash('sha256');
        for (let at = 0; at < a.sizeBytes; at += MiB) hash.update(reader.read(object, at, MiB));
        out.sums.set(path, hash.digest('hex'));
      }
    }
    if (kind !== 'd') return;
    for (const entry of reader.entries(object)) walk(entry.object, `${path}/${entry.name}`);
  };
  walk(reader.rootObject, '.');
  return out;
}

/** How a file system differs from expect/NAME.sha256 and expect/NAME.sha256.ls. */
export function differences(
  reader: ZfsReader,
  name: string,
  except: readonly string[] = [],
): string[] {
  const bad: string[] = [];
  const same = (what: string, got: string, wanted: string): void => {
    if (got !== wanted) bad.push(`${what}: ${got}, expected ${wanted}`);
  };

  const actual = list(reader);
  const sums = fixtureExpect(`${name}.sha256`).map((line) => line.split(/ {2}/));
  for (const [sum = '', path = ''] of sums) same(path, actual.sums.get(path) ?? 'missing', sum);
  same('number of files', String(actual.sums.size), String(sums.length));
  const expected = fixtureExpect(`${name}.sha256.ls`);
  const end = expected.findIndex((line) => /^\d+$/.test(line));
  for (const line of expected.slice(0, end)) {
    const path = /^\S+ \d+ \d+ \d+ \d+ \d+ \S+ (.*) -> /.exec(line)?.[1] ?? '';
    if (!except.includes(path)) same(path, actual.lines.get(path) ?? 'missing', line);
  }
  same('number of entries', String(actual.count), expected[end] ?? '');
  const hello = reader.lookup(reader.rootObject, 'hello.txt');
  const xattrs = hello === undefined ? new Map() : reader.xattrs(hello);
  for (const line of expected.slice(end + 1)) {
    const match = /^user\.(\w+)="(.*)"$/.exec(line);
    if (match === null) continue;
    const [, key = '', value = ''] = match;
    const bytes = xattrs.get(key) ?? xattrs.get(`user.${key}`) ?? new Uint8Array(0);
    same(`xattr ${key}`, decodeLatin1(bytes), value);
  }
  return bad;
}
