/**
 * The devices of a node without its disks: the name in /devices, owner and mode as minor_perm has
 * them, and the links in /dev that lead there. @see uts/intel/os/minor_perm, devlink.tab
 */
import { MAJORS } from '#kernel/io/device.ts';

export interface DeviceRow {
  /** Below /devices. */
  readonly path: string;
  readonly major: number;
  readonly minor: number;
  readonly mode: number;
  /** Group id: 3 sys, 7 tty. */
  readonly gid: number;
  /** Names below /dev. */
  readonly links: readonly string[];
}

const GID_SYS = 3;
const GID_TTY = 7;

const row = (
  path: string,
  major: number,
  minor: number,
  mode: number,
  gid: number,
  links: readonly string[],
): DeviceRow => ({ path, major, minor, mode, gid, links });

export const DEVICES: readonly DeviceRow[] = [
  row('pseudo/mm@0:null', MAJORS.mm, 2, 0o666, GID_SYS, ['null']),
  row('pseudo/mm@0:zero', MAJORS.mm, 12, 0o666, GID_SYS, ['zero']),
  row('pseudo/mm@0:full', MAJORS.mm, 13, 0o666, GID_SYS, ['full']),
  row('pseudo/random@0:random', MAJORS.random, 0, 0o644, GID_SYS, ['random']),
  row('pseudo/random@0:urandom', MAJORS.random, 1, 0o644, GID_SYS, ['urandom']),
  row('pseudo/cn@0:console', MAJORS.cn, 0, 0o620, GID_TTY, ['console']),
  row('pseudo/cn@0:syscon', MAJORS.cn, 1, 0o620, GID_TTY, ['syscon']),
  row('pseudo/cn@0:systty', MAJORS.cn, 2, 0o620, GID_TTY, ['systty']),
  row('pseudo/wc@0:wscons', MAJORS.wc, 0, 0o600, GID_TTY, ['wscons']),
  row('pseudo/sy@0:tty', MAJORS.sy, 0, 0o666, GID_TTY, ['tty']),
  row('pseudo/sysmsg@0:msglog', MAJORS.sysmsg, 1, 0o600, GID_SYS, ['msglog']),
  row('pseudo/sysmsg@0:sysmsg', MAJORS.sysmsg, 0, 0o600, GID_SYS, ['sysmsg']),
  row('pseudo/zfs@0:zfs', MAJORS.zfs, 0, 0o666, GID_SYS, ['zfs']),
  row('pseudo/clone@0:ptmx', MAJORS.ptm, 0, 0o666, GID_SYS, ['ptmx']),
];

/** Links in /dev that lead to no device of their own. */
export const DEV_LINKS: readonly (readonly [name: string, target: string])[] = [
  ['stdin', './fd/0'],
  ['stdout', './fd/1'],
  ['stderr', './fd/2'],
];

/** Directories of /dev that are always there. */
export const DEV_DIRECTORIES: readonly string[] = ['pts', 'fd', 'dsk', 'rdsk', 'term', 'net'];
