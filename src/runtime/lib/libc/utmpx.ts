/**
 * Who is logged in, and the history of that: /var/adm/utmpx holds one record a line of the system,
 * /var/adm/wtmpx all changes in order, /var/adm/lastlog the last login of each user.
 * @man utmpx(5) getutxent(3C)  @spec head/utmpx.h struct futmpx, head/lastlog.h
 */
import { O_APPEND, O_CREAT, O_RDONLY, O_RDWR, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { type StructValue, cstring, i16, i32, struct } from '#abi/struct.ts';
import { NS_PER_SEC, NS_PER_US } from '#base/units.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';

export const UTMPX_FILE = '/var/adm/utmpx';
export const WTMPX_FILE = '/var/adm/wtmpx';
export const LASTLOG_FILE = '/var/adm/lastlog';

// ut_type
export const EMPTY = 0;
export const RUN_LVL = 1;
export const BOOT_TIME = 2;
export const OLD_TIME = 3;
export const NEW_TIME = 4;
export const INIT_PROCESS = 5;
export const LOGIN_PROCESS = 6;
export const USER_PROCESS = 7;
export const DEAD_PROCESS = 8;
export const ACCOUNTING = 9;
export const DOWN_TIME = 10;

const fields = {
  user: cstring(0, 32),
  /** Four characters, by which a line's record is found again. */
  id: cstring(32, 4),
  line: cstring(36, 32),
  pid: i32(68),
  type: i16(72),
  /** Signal and status of a dead process; of a run level change, see `runLevelRecord`. */
  termination: i16(74),
  exit: i16(76),
  seconds: i32(80),
  microseconds: i32(84),
  session: i32(88),
  /** Bytes of `host` with its NUL. */
  syslen: i16(112),
  host: cstring(114, 257),
};
export const futmpx = struct('futmpx', 372, fields);
export type Utmpx = StructValue<typeof fields>;

export const lastlog = struct('lastlog', 28, {
  seconds: i32(0),
  line: cstring(4, 8),
  host: cstring(12, 16),
});

/** A record of now; what is left out is empty. */
export function* utmpxNow(sys: Sys, parts: Partial<Utmpx>): Task<Partial<Utmpx>> {
  const now = yield* sys.gettimeofday();
  return {
    ...parts,
    seconds: Number(now / NS_PER_SEC),
    microseconds: Number((now % NS_PER_SEC) / NS_PER_US),
  };
}

/** All records of a file in order; empty when it can't be read. */
export function* readUtmpx(sys: Sys, path: string = UTMPX_FILE): Task<readonly Utmpx[]> {
  const fd = yield* sys.open(path, O_RDONLY);
  if (isErrno(fd)) return [];
  const records: Utmpx[] = [];
  const bytes = new Uint8Array(futmpx.size);
  for (;;) {
    const count = yield* sys.read(fd, bytes);
    if (isErrno(count) || count < futmpx.size) break;
    records.push(futmpx.decode(bytes));
  }
  yield* sys.close(fd);
  return records;
}

/** Puts `record` in the place of the one with its id (run level and boot time: its type). */
export function* putUtmpx(sys: Sys, record: Partial<Utmpx>): Task<void> {
  const records = yield* readUtmpx(sys);
  const isSame = (other: Utmpx): boolean => {
    const isProcess = (record.type ?? EMPTY) >= INIT_PROCESS;
    if (!isProcess || other.type < INIT_PROCESS) return other.type === record.type;
    return other.id === record.id;
  };
  const found = records.findIndex(isSame);
  const at = (found < 0 ? records.length : found) * futmpx.size;
  const fd = yield* sys.open(UTMPX_FILE, O_RDWR | O_CREAT, 0o644);
  if (isErrno(fd)) return;
  yield* sys.pwrite(fd, futmpx.encode(record), at);
  yield* sys.close(fd);
}

/** Adds `record` to the history. */
export function* appendWtmpx(sys: Sys, record: Partial<Utmpx>): Task<void> {
  const fd = yield* sys.open(WTMPX_FILE, O_WRONLY | O_APPEND | O_CREAT, 0o644);
  if (isErrno(fd)) return;
  yield* sys.write(fd, futmpx.encode(record));
  yield* sys.close(fd);
}

/** Both: what login, init and svc.startd do at each change. */
export function* recordUtmpx(sys: Sys, parts: Partial<Utmpx>): Task<void> {
  const record = yield* utmpxNow(sys, parts);
  yield* putUtmpx(sys, record);
  yield* appendWtmpx(sys, record);
}

/** The record of run level `level`: who -r shows its line, level, count and the level before. */
export function runLevelRecord(level: string, before: string): Partial<Utmpx> {
  return {
    type: RUN_LVL,
    line: `run-level ${level}`,
    pid: 0,
    termination: level.charCodeAt(0),
    exit: before.charCodeAt(0),
  };
}

/** When and where `uid` logged in last, and that it does so now. */
export function* exchangeLastlog(
  sys: Sys,
  uid: number,
  line: string,
): Task<{ readonly seconds: number; readonly line: string; readonly host: string } | undefined> {
  const fd = yield* sys.open(LASTLOG_FILE, O_RDWR | O_CREAT, 0o444);
  if (isErrno(fd)) return undefined;
  const bytes = new Uint8Array(lastlog.size);
  const count = yield* sys.pread(fd, bytes, uid * lastlog.size);
  const before = count === lastlog.size ? lastlog.decode(bytes) : undefined;
  const seconds = Number((yield* sys.gettimeofday()) / NS_PER_SEC);
  yield* sys.pwrite(fd, lastlog.encode({ seconds, line }), uid * lastlog.size);
  yield* sys.close(fd);
  return before === undefined || before.seconds === 0 ? undefined : before;
}
