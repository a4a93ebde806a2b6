/**
 * `struct termios`: mode bits, control character positions, speeds. VMIN and VTIME share the places
 * of VEOF and VEOL, which is why raw mode with stale characters behaves oddly on illumos too.
 * @spec uts/common/sys/termios.h  @man termio(4I)
 */
export interface Termios {
  iflag: number;
  oflag: number;
  cflag: number;
  lflag: number;
  /** NCCS bytes. */
  cc: Uint8Array;
}

/** `struct winsize` */
export interface Winsize {
  rows: number;
  columns: number;
  xPixels: number;
  yPixels: number;
}

export const NCCS = 19;
export const VINTR = 0;
export const VQUIT = 1;
export const VERASE = 2;
export const VKILL = 3;
export const VEOF = 4;
export const VEOL = 5;
export const VEOL2 = 6;
export const VMIN = 4;
export const VTIME = 5;
export const VSWTCH = 7;
export const VSTART = 8;
export const VSTOP = 9;
export const VSUSP = 10;
export const VDSUSP = 11;
export const VREPRINT = 12;
export const VDISCARD = 13;
export const VWERASE = 14;
export const VLNEXT = 15;
export const VSTATUS = 16;
export const VERASE2 = 17;

// c_iflag
export const IGNBRK = 0o000001;
export const BRKINT = 0o000002;
export const IGNPAR = 0o000004;
export const PARMRK = 0o000010;
export const INPCK = 0o000020;
export const ISTRIP = 0o000040;
export const INLCR = 0o000100;
export const IGNCR = 0o000200;
export const ICRNL = 0o000400;
export const IUCLC = 0o001000;
export const IXON = 0o002000;
export const IXANY = 0o004000;
export const IXOFF = 0o010000;
export const IMAXBEL = 0o020000;

// c_oflag
export const OPOST = 0o000001;
export const OLCUC = 0o000002;
export const ONLCR = 0o000004;
export const OCRNL = 0o000010;
export const ONOCR = 0o000020;
export const ONLRET = 0o000040;
export const OFILL = 0o000100;
export const OFDEL = 0o000200;
export const TABDLY = 0o014000;
export const TAB3 = 0o014000;
export const XTABS = 0o014000;

// c_cflag
export const CBAUD = 0o000017;
export const CSIZE = 0o000060;
export const CS5 = 0o000000;
export const CS6 = 0o000020;
export const CS7 = 0o000040;
export const CS8 = 0o000060;
export const CSTOPB = 0o000100;
export const CREAD = 0o000200;
export const PARENB = 0o000400;
export const PARODD = 0o001000;
export const HUPCL = 0o002000;
export const CLOCAL = 0o004000;
export const CRTSXOFF = 0o10000000000;
export const CRTSCTS = 0o20000000000;
export const CBAUDEXT = 0o10000000;

// c_lflag
export const ISIG = 0o000001;
export const ICANON = 0o000002;
export const XCASE = 0o000004;
export const ECHO = 0o000010;
export const ECHOE = 0o000020;
export const ECHOK = 0o000040;
export const ECHONL = 0o000100;
export const NOFLSH = 0o000200;
export const TOSTOP = 0o000400;
export const ECHOCTL = 0o001000;
export const ECHOPRT = 0o002000;
export const ECHOKE = 0o004000;
export const DEFECHO = 0o010000;
export const FLUSHO = 0o020000;
export const PENDIN = 0o040000;
export const IEXTEN = 0o100000;

/**
 * Speeds by code: the place in this list is the code (0 hangs up). Above 15: CBAUDEXT + code − 16.
 */
export const SPEEDS: readonly number[] = [
  0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400, 57600, 76800,
  115200, 153600, 230400, 307200, 460800, 921600,
];
export const B9600 = 13;
export const B38400 = 15;
/** 115200 as it stands in c_cflag. */
export const B115200_CFLAG: number = CBAUDEXT | 2;

/** A control character that is switched off. */
export const POSIX_VDISABLE = 0;
