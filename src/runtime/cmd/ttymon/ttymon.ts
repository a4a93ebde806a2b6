/**
 * ttymon -g: waits on one terminal for somebody to log in. Opens it as its controlling terminal,
 * shows the banner and the prompt, reads a name and becomes login(1).
 * @man ttymon(8) ttydefs(5)
 */
import { O_NOCTTY, O_RDONLY, O_RDWR } from '#abi/illumos/fcntl.ts';
import { TIOCGWINSZ, TIOCSWINSZ } from '#abi/illumos/ioctl.ts';
import { decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { Input } from '#lib/libc/stdio.ts';
import { readTypedLine } from '#lib/libc/terminal.ts';
import { LOGIN_PROCESS, recordUtmpx } from '#lib/libc/utmpx.ts';

const ISSUE = '/etc/issue';
const LOGIN = '/usr/bin/login';
const DEFAULT_ROWS = 24;
const DEFAULT_COLUMNS = 80;

export const TTYMON: Command = { name: 'ttymon', path: '/usr/lib/saf/ttymon', main: ttymon };

function* ttymon(sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'ghd:l:p:T:m:t:x:s:');
  const device = optionValue(parsed, 'd');
  if (parsed.message !== undefined || !hasOption(parsed, 'g') || device === undefined) {
    const usage =
      'Usage: ttymon -g [-h] [-d device] [-l ttylabel] [-t timeout] [-p prompt] [-m modules] [-T termtype]\n';
    yield* sys.write(2, encodeUtf8(usage));
    return 1;
  }
  const opened = yield* openTerminal(sys, device);
  if (opened !== undefined) {
    yield* sys.write(2, encodeUtf8(`ttymon: cannot open ${device}: ${opened}\n`));
    return 1;
  }
  const line = device.replace(/^\/dev\//, '');
  yield* recordUtmpx(sys, {
    type: LOGIN_PROCESS,
    user: 'LOGIN',
    id: lineId(line),
    line,
    pid: sys.pid,
  });
  yield* sys.write(1, encodeUtf8(`\n${yield* readFile(sys, ISSUE)}`));
  const { nodename } = yield* sys.uname();
  const prompt = optionValue(parsed, 'p') ?? `${nodename} ${line} login: `;
  const name = yield* askName(sys, prompt);
  if (name === undefined) return 0;
  const env = new Map(sys.env);
  env.set('TERM', optionValue(parsed, 'T') ?? 'sun-color');
  env.set('TTYPROMPT', prompt);
  const errno = yield* sys.execve(LOGIN, ['login', '-d', device, '--', name], env);
  yield* sys.write(2, encodeUtf8(`ttymon: ${LOGIN}: ${errno.message}\n`));
  return 1;
}

/** Descriptors 0, 1 and 2; undefined when it worked, else why not. */
function* openTerminal(sys: Sys, device: string): Task<string | undefined> {
  for (const fd of [0, 1, 2]) yield* sys.close(fd);
  const fd = yield* sys.open(device, O_RDWR);
  if (isErrno(fd)) return fd.message;
  yield* sys.dup2(fd, 1);
  yield* sys.dup2(fd, 2);
  const size = { rows: 0, columns: 0, xPixels: 0, yPixels: 0 };
  const known = yield* sys.ioctl(fd, TIOCGWINSZ, size);
  if (!isErrno(known) && (size.rows === 0 || size.columns === 0)) {
    yield* sys.ioctl(fd, TIOCSWINSZ, { ...size, rows: DEFAULT_ROWS, columns: DEFAULT_COLUMNS });
  }
  return undefined;
}

/** Four characters that name a line in utmpx: `cons` for the console as startd has it. */
export function lineId(line: string): string {
  return line === 'console' ? 'co' : line.slice(-4).replace(/^\//, '');
}

function* readFile(sys: Sys, path: string): Task<string> {
  const fd = yield* sys.open(path, O_RDONLY | O_NOCTTY);
  if (isErrno(fd)) return '';
  const text = decodeUtf8(yield* new Input(sys, fd).readAll());
  yield* sys.close(fd);
  return text;
}

/** Asks until there is a name; undefined when the line dropped. */
function* askName(sys: Sys, prompt: string): Task<string | undefined> {
  for (;;) {
    yield* sys.write(1, encodeUtf8(prompt));
    const line = yield* readTypedLine(sys, 0);
    // ^D alone only brings the prompt again.
    if (line === undefined && !(yield* sys.isatty(0))) return undefined;
    const name = (line ?? '').trim();
    if (name !== '') return name;
    if (line === undefined) yield* sys.write(1, encodeUtf8('\n'));
  }
}
