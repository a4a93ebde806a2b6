/** How truss shows arguments, buffers and results. @man truss(1) */
import * as flags from '#abi/illumos/fcntl.ts';
import { IOCTLS } from '#abi/illumos/ioctl.ts';
import { isErrno } from '#kernel/os/errno.ts';
import { signalName } from '#lib/libc/signames.ts';

/** Column at which the result stands. */
const RESULT_COLUMN = 48;
const SHOWN_BYTES = 12;

const ESCAPES: Readonly<Record<number, string>> = {
  0: '\\0',
  7: '07',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  92: '\\\\',
};

/** Two columns a byte: ` h e l l o\n`; the rest is `..`. */
export function bufferText(bytes: Uint8Array, size: number): string {
  let text = '';
  for (const byte of bytes.subarray(0, SHOWN_BYTES)) {
    const escape = ESCAPES[byte];
    if (escape !== undefined) text += escape;
    else if (byte >= 0x20 && byte < 0x7f) text += ` ${String.fromCharCode(byte)}`;
    else text += byte.toString(16).toUpperCase().padStart(2, '0');
  }
  return size > SHOWN_BYTES ? `"${text}"..` : `"${text}"`;
}

const ACCESS = ['O_RDONLY', 'O_WRONLY', 'O_RDWR'];
const OPEN_BITS: readonly (readonly [number, string])[] = [
  [flags.O_NDELAY, 'O_NDELAY'],
  [flags.O_APPEND, 'O_APPEND'],
  [flags.O_SYNC, 'O_SYNC'],
  [flags.O_DSYNC, 'O_DSYNC'],
  [flags.O_NONBLOCK, 'O_NONBLOCK'],
  [flags.O_CREAT, 'O_CREAT'],
  [flags.O_TRUNC, 'O_TRUNC'],
  [flags.O_EXCL, 'O_EXCL'],
  [flags.O_NOCTTY, 'O_NOCTTY'],
  [flags.O_NOFOLLOW, 'O_NOFOLLOW'],
  [flags.O_DIRECTORY, 'O_DIRECTORY'],
  [flags.O_CLOEXEC, 'O_CLOEXEC'],
];

export function openFlagsText(value: number): string {
  const words = [ACCESS[value & 3] ?? `0x${(value & 3).toString(16)}`];
  let rest = value & ~3;
  for (const [bit, name] of OPEN_BITS) {
    if ((rest & bit) === bit) words.push(name);
    rest &= ~bit;
  }
  if (rest !== 0) words.push(`0x${rest.toString(16).toUpperCase()}`);
  return words.join('|');
}

const FCNTL_NAMES: ReadonlyMap<number, string> = new Map([
  [flags.F_DUPFD, 'F_DUPFD'],
  [flags.F_GETFD, 'F_GETFD'],
  [flags.F_SETFD, 'F_SETFD'],
  [flags.F_GETFL, 'F_GETFL'],
  [flags.F_SETFL, 'F_SETFL'],
  [flags.F_DUP2FD, 'F_DUP2FD'],
  [flags.F_SETLK, 'F_SETLK'],
  [flags.F_SETLKW, 'F_SETLKW'],
  [flags.F_GETLK, 'F_GETLK'],
]);
const WHENCE = ['SEEK_SET', 'SEEK_CUR', 'SEEK_END', 'SEEK_DATA', 'SEEK_HOLE'];
/** Objects stand where C has pointers; there is no address to show. */
const POINTER = '0x00000000';

/** One argument as its kind says. `bytes` is what the call moved, once it is known. */
export function argumentText(
  kind: string,
  value: unknown,
  bytes: Uint8Array | undefined,
  size: number,
): string {
  switch (kind) {
    case 'path':
      return JSON.stringify(value);
    case 'buffer':
      return bytes === undefined ? POINTER : bufferText(bytes, size);
    case 'octal':
      return `0${Number(value ?? 0).toString(8)}`;
    case 'hex':
      return `0x${Number(value ?? 0)
        .toString(16)
        .toUpperCase()}`;
    case 'open flags':
      return openFlagsText(Number(value));
    case 'fcntl command':
      return FCNTL_NAMES.get(Number(value)) ?? String(value);
    case 'ioctl command':
      return ioctlText(Number(value));
    case 'signal':
      return `SIG${signalName(Number(value))}`;
    case 'whence':
      return WHENCE[Number(value)] ?? String(value);
    case 'string':
      return typeof value === 'string' ? JSON.stringify(value) : POINTER;
    case 'fd':
    case 'decimal':
      return typeof value === 'number' || typeof value === 'bigint' ? String(value) : '0';
    default:
      return POINTER;
  }
}

function ioctlText(command: number): string {
  const name = IOCTLS.find((row) => row.command === command)?.name;
  return name ?? `0x${command.toString(16).toUpperCase()}`;
}

/** Calls of the `at` family, which begin at the working directory here. */
const AT_CALLS = /^(?:open|fstat|faccess|fchown|fchmod|mkdir|mknod|unlink|readlink|rename|link)at$/;

/** `openat(AT_FDCWD, "/etc/motd", O_RDONLY)` */
export function callText(
  call: string,
  kinds: readonly string[],
  args: readonly unknown[],
  bytes: Uint8Array | undefined,
  result: unknown,
): string {
  const size = typeof result === 'number' && bytes !== undefined ? result : 0;
  const words = kinds.map((kind, index) => {
    // A program here gives no length beside its buffer: the buffer has it.
    const before = args[index - 1];
    const isLength = kind === 'decimal' && kinds[index - 1] === 'buffer';
    const value = isLength && before instanceof Uint8Array ? before.length : args[index];
    return argumentText(kind, value, bytes, size);
  });
  // The mode counts only when a file is made.
  const isPlainOpen = call === 'openat' && (Number(args[1]) & flags.O_CREAT) === 0;
  if (isPlainOpen) words.length = 2;
  const from = call === 'openat' ? args[3] : undefined;
  if (AT_CALLS.test(call)) words.unshift(typeof from === 'number' ? String(from) : 'AT_FDCWD');
  return `${call === 'exit' ? '_exit' : call}(${words.join(', ')})`;
}

/** `= 3`, `Err#2 ENOENT`, `[ restarted ]`. */
export function resultText(result: unknown): string {
  if (isErrno(result)) return `Err#${result.number} ${result.name}`;
  if (typeof result === 'number' || typeof result === 'bigint') return `= ${result}`;
  if (typeof result === 'boolean') return `= ${Number(result)}`;
  return '= 0';
}

/** A call and its result, which stands in a column of its own where there is room. */
export function withResult(text: string, result: string): string {
  return `${text.padEnd(RESULT_COLUMN - 1)} ${result}\n`;
}
