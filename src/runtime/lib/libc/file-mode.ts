/**
 * Permission bits as text: `drwxr-xr-x` of ls, and the symbolic and octal modes of chmod, mkdir -m,
 * find -perm and umask. Surprising in illumos: `l` (mandatory locking) is set-gid without group
 * execute, shown as `l` in the listing.
 * @man chmod(1) ls(1)
 */
import type { VnodeType } from '#kernel/vfs/vnode.ts';

const TYPE_LETTERS: Readonly<Record<VnodeType, string>> = {
  VREG: '-',
  VDIR: 'd',
  VBLK: 'b',
  VCHR: 'c',
  VLNK: 'l',
  VFIFO: 'p',
  VDOOR: 'D',
  VSOCK: 's',
  VPORT: 'P',
};

export function typeLetter(type: VnodeType): string {
  return TYPE_LETTERS[type];
}

/** `rwxr-xr-x` with `s S t T l`. */
export function permissionString(mode: number, type: VnodeType): string {
  const bit = (mask: number, letter: string): string => ((mode & mask) === 0 ? '-' : letter);
  const special = (isSet: boolean, executes: boolean, on: string, off: string): string =>
    isSet ? (executes ? on : off) : executes ? 'x' : '-';
  const groupOff = type === 'VREG' ? 'l' : 'S';
  return [
    bit(0o400, 'r'),
    bit(0o200, 'w'),
    special((mode & 0o4000) !== 0, (mode & 0o100) !== 0, 's', 'S'),
    bit(0o040, 'r'),
    bit(0o020, 'w'),
    special((mode & 0o2000) !== 0, (mode & 0o010) !== 0, 's', groupOff),
    bit(0o004, 'r'),
    bit(0o002, 'w'),
    special((mode & 0o1000) !== 0, (mode & 0o001) !== 0, 't', 'T'),
  ].join('');
}

/** One clause's action: `u+rw`. */
interface ModeAction {
  /** 0o700, 0o070, 0o007 and combinations; 0 when no `ugoa` was given (the umask then holds). */
  readonly who: number;
  readonly operator: '+' | '-' | '=';
  readonly permissions: string;
}

export type ModeChange =
  | { readonly kind: 'absolute'; readonly mode: number }
  | { readonly kind: 'symbolic'; readonly actions: readonly ModeAction[] };

const WHO: Readonly<Record<string, number>> = { u: 0o700, g: 0o070, o: 0o007, a: 0o777 };

/** Parses an octal or symbolic mode; undefined when it is neither. */
export function parseMode(text: string): ModeChange | undefined {
  if (/^[0-7]{1,5}$/.test(text))
    return { kind: 'absolute', mode: Number.parseInt(text, 8) & 0o7777 };
  const actions: ModeAction[] = [];
  for (const clause of text.split(',')) {
    const match = /^([ugoa]*)((?:[+=-](?:[rwxXstl]*|[ugo]))+)$/.exec(clause);
    if (match === null) return undefined;
    let who = 0;
    for (const letter of match[1] as string) who |= WHO[letter] as number;
    for (const [, operator, permissions] of (match[2] as string).matchAll(/([+=-])([^+=-]*)/g)) {
      actions.push({
        who,
        operator: operator as ModeAction['operator'],
        permissions: permissions as string,
      });
    }
  }
  return { kind: 'symbolic', actions };
}

/** The three bits of one class, copied to all classes. */
function spread(bits: number): number {
  return bits | (bits << 3) | (bits << 6);
}

function permissionBits(permissions: string, mode: number, who: number, isDir: boolean): number {
  let bits = 0;
  for (const letter of permissions) {
    if (letter === 'r') bits |= 0o444;
    else if (letter === 'w') bits |= 0o222;
    else if (letter === 'x') bits |= 0o111;
    else if (letter === 'X') bits |= isDir || (mode & 0o111) !== 0 ? 0o111 : 0;
    else if (letter === 'u') bits |= spread((mode >> 6) & 7);
    else if (letter === 'g') bits |= spread((mode >> 3) & 7);
    else if (letter === 'o') bits |= spread(mode & 7);
    else if (letter === 'l') bits |= 0o2000;
    else if (letter === 't') bits |= 0o1000;
    else if (letter === 's') bits |= (who & 0o700 && 0o4000) | (who & 0o070 && 0o2000);
  }
  return bits;
}

/** The mode bits (0 … 07777) that `change` makes of `mode`. */
export function applyMode(change: ModeChange, mode: number, isDir: boolean, umask: number): number {
  // An absolute mode leaves a directory's set-gid bit alone.
  if (change.kind === 'absolute') return isDir ? change.mode | (mode & 0o2000) : change.mode;
  let result = mode & 0o7777;
  for (const { who, operator, permissions } of change.actions) {
    const classes = who === 0 ? 0o777 : who;
    const allowed = who === 0 ? 0o777 & ~umask : who;
    const bits = permissionBits(permissions, result, classes, isDir);
    const chosen = (bits & allowed) | (bits & 0o7000);
    if (operator === '+') result |= chosen;
    else if (operator === '-') result &= ~chosen;
    else {
      const special = (classes & 0o700 && 0o4000) | (classes & 0o070 && !isDir ? 0o2000 : 0);
      result = (result & ~(classes | special)) | chosen;
    }
  }
  return result;
}
