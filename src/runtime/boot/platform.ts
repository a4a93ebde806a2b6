/**
 * Assembles the lab's platform image: every command and the skeleton of the root filesystem become
 * one gzipped cpio archive, the RAM root, with its SHA-1 and a manifest. The same tree and stamp give
 * the same bytes.
 * @see smartos-live tools/build_boot_image
 */
import type { Codecs, PlatformImage } from '#runtime/host.ts';
import { nativeProgramFile } from '#abi/native-program.ts';
import { S_IFDIR, S_IFLNK, S_IFREG } from '#abi/illumos/stat.ts';
import { EMPTY_BYTES, encodeUtf8, toHex } from '#base/bytes.ts';
import { COMMANDS } from '#cmd/commands.table.ts';
import type { Command } from '#cmd/command.ts';
import { type CpioEntry, manifestLine, writeCpio } from '#boot/cpio.ts';
import { directories, files, links } from '#boot/tree/tree.ts';
import { daysFromCivil } from '#base/calendar.ts';

export interface AssembledPlatform extends PlatformImage {
  /** Text of boot_archive.manifest. */
  readonly manifest: string;
}

/** Fast to load is what counts: the archive is small anyway. */
const GZIP_LEVEL = 6;

/** `stamp` is `YYYYMMDDThhmmssZ`; it is every file's time, too. */
export function assemblePlatform(
  stamp: string,
  codecs: Codecs,
  commands: readonly Command[] = COMMANDS,
): AssembledPlatform {
  const entries = treeEntries(stamp, commands);
  const bootArchive = codecs.gzip(writeCpio(entries), GZIP_LEVEL);
  const manifest = entries.map((entry) =>
    manifestLine(entry, toHex(codecs.digest('sha1', entry.data))),
  );
  return {
    stamp,
    bootArchive,
    bootArchiveHash: toHex(codecs.digest('sha1', bootArchive)),
    manifest: manifest.join(''),
  };
}

/** A stamp's time; RangeError for anything else. */
export function stampSeconds(stamp: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp);
  if (match === null) throw new RangeError(`"${stamp}" is no platform stamp`);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map(Number);
  return daysFromCivil(year, month - 1, day) * 86_400 + hour * 3600 + minute * 60 + second;
}

interface Member {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly data: Uint8Array;
  /** Names of one file have one key. */
  readonly key: string;
}

function treeEntries(stamp: string, commands: readonly Command[]): CpioEntry[] {
  const members = [...skeletonMembers(stamp), ...commandMembers(commands)];
  const known = new Set<string>();
  const sorted = withParents(members).sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const { path } of sorted) {
    if (known.has(path)) throw new RangeError(`two files of the platform are called /${path}`);
    known.add(path);
  }
  const linkCounts = new Map<string, number>();
  for (const { key } of sorted) linkCounts.set(key, (linkCounts.get(key) ?? 0) + 1);
  const inodes = new Map<string, number>();
  const mtimeSeconds = stampSeconds(stamp);
  return sorted.map(({ key, ...member }) => {
    const inode = inodes.get(key) ?? inodes.size + 1;
    inodes.set(key, inode);
    return { ...member, inode, linkCount: linkCounts.get(key) ?? 1, mtimeSeconds };
  });
}

function skeletonMembers(stamp: string): Member[] {
  const members: Member[] = [];
  for (const { path, mode, uid, gid } of directories) {
    members.push({ path, mode: S_IFDIR | mode, uid, gid, data: EMPTY_BYTES, key: path });
  }
  for (const { path, mode, uid, gid, text } of files) {
    const data = encodeUtf8(text.replaceAll('@STAMP@', stamp));
    members.push({ path, mode: S_IFREG | mode, uid, gid, data, key: path });
  }
  for (const { path, target } of links) {
    const data = encodeUtf8(target);
    members.push({ path, mode: S_IFLNK | 0o777, uid: 0, gid: 0, data, key: path });
  }
  return members;
}

function commandMembers(commands: readonly Command[]): Member[] {
  return commands.flatMap((command) =>
    [command.path, ...(command.links ?? [])].map((path) => ({
      path: path.slice(1),
      mode: S_IFREG | (command.mode ?? 0o555),
      uid: 0,
      gid: GID_BIN,
      data: nativeProgramFile(command.name),
      key: `program ${command.name}`,
    })),
  );
}

const GID_BIN = 2;

/** Adds the directories that nobody declared: root's, 0755. */
function withParents(members: readonly Member[]): Member[] {
  const all = new Map(members.map((member) => [member.path, member]));
  if (all.size !== members.length) return [...members];
  for (const { path } of members) {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const parent = path.slice(0, slash);
      if (all.has(parent)) continue;
      all.set(parent, {
        path: parent,
        mode: S_IFDIR | 0o755,
        uid: 0,
        gid: 0,
        data: EMPTY_BYTES,
        key: parent,
      });
    }
  }
  return [...all.values()];
}
