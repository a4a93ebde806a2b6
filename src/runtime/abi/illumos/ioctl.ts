/**
 * Commands of ioctl(2): number, name, what the argument is here (`sys.ioctl` passes objects where C
 * passes a struct). One table for dispatch, truss and the docs.
 * @spec uts/common/sys/termios.h, sys/filio.h, sys/stropts.h, sys/ptms.h
 */
const TIOC = 0x5400;
const LOWER_TIOC = 0x7400;
const STR = 0x5300;
const PTMS = 0x5000;

export const TCGETA: number = TIOC | 1;
export const TCSETA: number = TIOC | 2;
export const TCSETAW: number = TIOC | 3;
export const TCSETAF: number = TIOC | 4;
export const TCSBRK: number = TIOC | 5;
export const TCXONC: number = TIOC | 6;
export const TCFLSH: number = TIOC | 7;
export const TCGETS: number = TIOC | 13;
export const TCSETS: number = TIOC | 14;
export const TCSETSW: number = TIOC | 15;
export const TCSETSF: number = TIOC | 16;
export const TIOCSWINSZ: number = TIOC | 103;
export const TIOCGWINSZ: number = TIOC | 104;
export const TIOCGPGRP: number = LOWER_TIOC | 20;
export const TIOCSPGRP: number = LOWER_TIOC | 21;
export const TIOCGSID: number = LOWER_TIOC | 22;
export const TIOCSTI: number = LOWER_TIOC | 23;
export const TIOCFLUSH: number = LOWER_TIOC | 16;
export const TIOCSTART: number = LOWER_TIOC | 110;
export const TIOCSTOP: number = LOWER_TIOC | 111;
export const TIOCNOTTY: number = LOWER_TIOC | 113;
export const TIOCOUTQ: number = LOWER_TIOC | 115;
export const TIOCSCTTY: number = LOWER_TIOC | 132;
export const FIONREAD = 0x4004667f;
export const FIONBIO = 0x8004667e;
export const I_NREAD: number = STR | 1;
export const I_PUSH: number = STR | 2;
export const I_POP: number = STR | 3;
export const I_LOOK: number = STR | 4;
export const I_FLUSH: number = STR | 5;
export const I_FIND: number = STR | 11;
export const I_CANPUT: number = STR | 34;
export const ISPTM: number = PTMS | 1;
export const UNLKPT: number = PTMS | 2;
export const PTSSTTY: number = PTMS | 3;
export const ZONEPT: number = PTMS | 4;
export const OWNERPT: number = PTMS | 5;

/** TCFLSH: which queue. */
export const TCIFLUSH = 0;
export const TCOFLUSH = 1;
export const TCIOFLUSH = 2;
/** TCXONC: what to do. */
export const TCOOFF = 0;
export const TCOON = 1;
export const TCIOFF = 2;
export const TCION = 3;

/**
 * How the argument travels: `out` is filled by the call, `in` is read, `value` is a plain number.
 */
export type IoctlArgument =
  | 'none'
  | 'value'
  | 'in termios'
  | 'out termios'
  | 'in winsize'
  | 'out winsize'
  | 'in int'
  | 'out int'
  | 'in string'
  | 'out string'
  | 'in bytes';

/** An `int *` argument: the call reads or sets `value`. */
export interface IntCell {
  value: number;
}

export interface IoctlRow {
  readonly command: number;
  readonly name: string;
  readonly argument: IoctlArgument;
  readonly level: 'full' | 'partial' | 'none';
  readonly note?: string;
}

const row = (
  command: number,
  name: string,
  argument: IoctlArgument,
  level: IoctlRow['level'] = 'full',
  note?: string,
): IoctlRow => ({ command, name, argument, level, ...(note === undefined ? {} : { note }) });

export const IOCTLS: readonly IoctlRow[] = [
  row(TCGETA, 'TCGETA', 'none', 'none', 'the old struct termio: use TCGETS'),
  row(TCSETA, 'TCSETA', 'none', 'none', 'the old struct termio: use TCSETS'),
  row(TCSETAW, 'TCSETAW', 'none', 'none', 'the old struct termio: use TCSETSW'),
  row(TCSETAF, 'TCSETAF', 'none', 'none', 'the old struct termio: use TCSETSF'),
  row(TCSBRK, 'TCSBRK', 'value', 'partial', 'drains; there is no line to break'),
  row(TCXONC, 'TCXONC', 'value'),
  row(TCFLSH, 'TCFLSH', 'value'),
  row(TCGETS, 'TCGETS', 'out termios'),
  row(TCSETS, 'TCSETS', 'in termios'),
  row(TCSETSW, 'TCSETSW', 'in termios'),
  row(TCSETSF, 'TCSETSF', 'in termios'),
  row(TIOCSWINSZ, 'TIOCSWINSZ', 'in winsize'),
  row(TIOCGWINSZ, 'TIOCGWINSZ', 'out winsize'),
  row(TIOCGPGRP, 'TIOCGPGRP', 'out int'),
  row(TIOCSPGRP, 'TIOCSPGRP', 'in int'),
  row(TIOCGSID, 'TIOCGSID', 'out int'),
  row(TIOCSTI, 'TIOCSTI', 'in bytes'),
  row(TIOCFLUSH, 'TIOCFLUSH', 'in int'),
  row(TIOCSTART, 'TIOCSTART', 'none'),
  row(TIOCSTOP, 'TIOCSTOP', 'none'),
  row(TIOCNOTTY, 'TIOCNOTTY', 'none'),
  row(TIOCOUTQ, 'TIOCOUTQ', 'out int'),
  row(TIOCSCTTY, 'TIOCSCTTY', 'none'),
  row(FIONREAD, 'FIONREAD', 'out int'),
  row(FIONBIO, 'FIONBIO', 'in int'),
  row(I_NREAD, 'I_NREAD', 'out int'),
  row(I_PUSH, 'I_PUSH', 'in string', 'partial', 'ptem, ldterm and ttcompat are always there'),
  row(I_POP, 'I_POP', 'none', 'none'),
  row(I_LOOK, 'I_LOOK', 'out string', 'partial'),
  row(I_FLUSH, 'I_FLUSH', 'value'),
  row(I_FIND, 'I_FIND', 'in string', 'partial'),
  row(I_CANPUT, 'I_CANPUT', 'value', 'none'),
  row(ISPTM, 'ISPTM', 'out int'),
  row(UNLKPT, 'UNLKPT', 'none'),
  row(PTSSTTY, 'PTSSTTY', 'none', 'none'),
  row(ZONEPT, 'ZONEPT', 'value', 'none'),
  row(OWNERPT, 'OWNERPT', 'value', 'partial'),
];
