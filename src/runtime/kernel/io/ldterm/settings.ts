/**
 * A terminal's settings as it is first opened, and small questions about them.
 * @see uts/common/io/ldterm.c, options.conf ttymodes  @man termio(4I) stty(1)
 */
import {
  B9600,
  BRKINT,
  CREAD,
  CS8,
  ECHO,
  ECHOCTL,
  ECHOE,
  ECHOK,
  ECHOKE,
  ICANON,
  ICRNL,
  IEXTEN,
  IMAXBEL,
  ISIG,
  IXON,
  NCCS,
  ONLCR,
  OPOST,
  POSIX_VDISABLE,
  TAB3,
  type Termios,
  VDISCARD,
  VDSUSP,
  VEOF,
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
  VWERASE,
} from '#abi/illumos/termios.ts';

/** `stty sane` of illumos: ^C ^\ DEL ^U ^D ^Q ^S ^Z ^Y ^R ^O ^W ^V ^T. */
export function defaultTermios(): Termios {
  const cc = new Uint8Array(NCCS);
  cc[VINTR] = 0x03;
  cc[VQUIT] = 0x1c;
  cc[VERASE] = 0x7f;
  cc[VKILL] = 0x15;
  cc[VEOF] = 0x04;
  cc[VSTART] = 0x11;
  cc[VSTOP] = 0x13;
  cc[VSUSP] = 0x1a;
  cc[VDSUSP] = 0x19;
  cc[VREPRINT] = 0x12;
  cc[VDISCARD] = 0x0f;
  cc[VWERASE] = 0x17;
  cc[VLNEXT] = 0x16;
  cc[VSTATUS] = 0x14;
  return {
    iflag: BRKINT | ICRNL | IXON | IMAXBEL,
    oflag: OPOST | ONLCR | TAB3,
    cflag: CREAD | CS8 | B9600,
    lflag: ISIG | ICANON | IEXTEN | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE,
    cc,
  };
}

export function copyTermios(from: Termios, to: Termios): void {
  to.iflag = from.iflag;
  to.oflag = from.oflag;
  to.cflag = from.cflag;
  to.lflag = from.lflag;
  to.cc = from.cc.slice();
}

/** `byte` is the control character at `index`, and that one is not switched off. */
export function isControl(termios: Termios, index: number, byte: number): boolean {
  return byte !== POSIX_VDISABLE && termios.cc[index] === byte;
}
