/** The words of stty: flags by group, control characters, in the order of `stty -a`. */
import {
  BRKINT,
  CLOCAL,
  CREAD,
  CSTOPB,
  ECHO,
  ECHOCTL,
  ECHOE,
  ECHOK,
  ECHOKE,
  ECHONL,
  ECHOPRT,
  FLUSHO,
  HUPCL,
  ICANON,
  ICRNL,
  IEXTEN,
  IGNBRK,
  IGNCR,
  IGNPAR,
  IMAXBEL,
  INLCR,
  INPCK,
  ISIG,
  ISTRIP,
  IUCLC,
  IXANY,
  IXOFF,
  IXON,
  NOFLSH,
  OCRNL,
  OFDEL,
  OFILL,
  OLCUC,
  ONLCR,
  ONLRET,
  ONOCR,
  OPOST,
  PARENB,
  PARMRK,
  PARODD,
  PENDIN,
  TAB3,
  TOSTOP,
  VDISCARD,
  VDSUSP,
  VEOF,
  VEOL,
  VEOL2,
  VERASE,
  VINTR,
  VKILL,
  VLNEXT,
  VQUIT,
  VREPRINT,
  VSTART,
  VSTATUS,
  VSTOP,
  VSUSP,
  VSWTCH,
  VWERASE,
  XCASE,
} from '#abi/illumos/termios.ts';

export type FlagGroup = 'iflag' | 'oflag' | 'cflag' | 'lflag';

export interface FlagRow {
  readonly name: string;
  readonly group: FlagGroup;
  readonly bit: number;
  /** Bits that the word replaces, where it is one value of several. */
  readonly mask?: number;
  /** Not shown by -a. */
  readonly hidden?: boolean;
}

const rows = (group: FlagGroup, flags: Readonly<Record<string, number>>): FlagRow[] =>
  Object.entries(flags).map(([name, bit]) => ({ name, group, bit }));

export const FLAGS: readonly FlagRow[] = [
  ...rows('cflag', { parenb: PARENB, parodd: PARODD }),
  ...rows('cflag', { cstopb: CSTOPB, hupcl: HUPCL, cread: CREAD, clocal: CLOCAL }),
  ...rows('iflag', {
    ignbrk: IGNBRK,
    brkint: BRKINT,
    ignpar: IGNPAR,
    parmrk: PARMRK,
    inpck: INPCK,
    istrip: ISTRIP,
    inlcr: INLCR,
    igncr: IGNCR,
    icrnl: ICRNL,
    iuclc: IUCLC,
    ixon: IXON,
    ixany: IXANY,
    ixoff: IXOFF,
    imaxbel: IMAXBEL,
  }),
  ...rows('lflag', {
    isig: ISIG,
    icanon: ICANON,
    xcase: XCASE,
    echo: ECHO,
    echoe: ECHOE,
    echok: ECHOK,
    echonl: ECHONL,
    noflsh: NOFLSH,
    tostop: TOSTOP,
    echoctl: ECHOCTL,
    echoprt: ECHOPRT,
    echoke: ECHOKE,
    flusho: FLUSHO,
    pendin: PENDIN,
    iexten: IEXTEN,
  }),
  ...rows('oflag', {
    opost: OPOST,
    olcuc: OLCUC,
    onlcr: ONLCR,
    ocrnl: OCRNL,
    onocr: ONOCR,
    onlret: ONLRET,
    ofill: OFILL,
    ofdel: OFDEL,
  }),
  { name: 'tab3', group: 'oflag', bit: TAB3, mask: TAB3 },
];

/** Groups in the order of -a, a line each. */
export const SHOWN_GROUPS: readonly FlagGroup[] = ['cflag', 'iflag', 'lflag', 'oflag'];

export const CHARACTERS: readonly (readonly [name: string, index: number])[] = [
  ['intr', VINTR],
  ['quit', VQUIT],
  ['erase', VERASE],
  ['kill', VKILL],
  ['eof', VEOF],
  ['eol', VEOL],
  ['eol2', VEOL2],
  ['swtch', VSWTCH],
  ['start', VSTART],
  ['stop', VSTOP],
  ['susp', VSUSP],
  ['dsusp', VDSUSP],
  ['rprnt', VREPRINT],
  ['flush', VDISCARD],
  ['werase', VWERASE],
  ['lnext', VLNEXT],
  ['status', VSTATUS],
];
