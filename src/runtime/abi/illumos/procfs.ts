/**
 * The structures that files of /proc/PID hold, as a 64-bit program sees them. All times are
 * `timestruc_t`. Percentages are 16-bit fractions: 0x8000 is 100 %.
 * @spec uts/common/sys/procfs.h (structured proc, _LP64)  @man proc(5)
 */
import {
  type StructValue,
  bitset,
  cstring,
  i16,
  i32,
  i8,
  letter,
  nested,
  struct,
  timestruc,
  u16,
  u32,
  u64,
} from '#abi/struct.ts';

export const PRFNSZ = 16;
export const PRARGSZ = 80;
export const PRCLSZ = 8;
/** pr_ttydev without a controlling terminal. */
export const PRNODEV = 0xffff_ffff_ffff_ffffn;
/** pr_dmodel of a 64-bit program. */
export const PR_MODEL_LP64 = 2;

/** pr_state with its letter in pr_sname. @spec uts/common/sys/thread.h via prgetlwpsinfo */
export const SSLEEP = 1;
export const SRUN = 2;
export const SZOMB = 3;
export const SSTOP = 4;
export const SIDL = 5;
export const SONPROC = 6;
export const SWAIT = 7;

// pr_flags of pstatus and lwpstatus
export const PR_STOPPED = 0x00000001;
export const PR_ISTOP = 0x00000002;
export const PR_DSTOP = 0x00000004;
export const PR_ASLEEP = 0x00000010;
export const PR_ISSYS = 0x00001000;
export const PR_ORPHAN = 0x00004000;
export const PR_MSACCT = 0x01000000;

/** lwpsinfo_t */
const lwpsinfoFields = {
  flag: i32(0),
  lwpid: i32(4),
  addr: u64(8),
  wchan: u64(16),
  stype: i8(24),
  state: i8(25),
  sname: letter(26),
  nice: i8(27),
  syscall: i16(28),
  oldpri: i8(30),
  cpu: i8(31),
  pri: i32(32),
  pctcpu: u16(36),
  start: timestruc(40),
  time: timestruc(56),
  clname: cstring(72, PRCLSZ),
  name: cstring(80, PRFNSZ),
  onpro: i32(96),
  bindpro: i32(100),
  bindpset: i32(104),
  lgrp: i32(108),
};
export const lwpsinfo = struct('lwpsinfo_t', 128, lwpsinfoFields);
export type Lwpsinfo = StructValue<typeof lwpsinfoFields>;

const psinfoFields = {
  flag: i32(0),
  nlwp: i32(4),
  pid: i32(8),
  ppid: i32(12),
  pgid: i32(16),
  sid: i32(20),
  uid: u32(24),
  euid: u32(28),
  gid: u32(32),
  egid: u32(36),
  addr: u64(40),
  /** KiB */
  size: u64(48),
  /** KiB */
  rssize: u64(56),
  ttydev: u64(72),
  pctcpu: u16(80),
  pctmem: u16(82),
  start: timestruc(88),
  time: timestruc(104),
  ctime: timestruc(120),
  fname: cstring(136, PRFNSZ),
  psargs: cstring(152, PRARGSZ),
  wstat: i32(232),
  argc: i32(236),
  argv: u64(240),
  envp: u64(248),
  dmodel: i8(256),
  taskid: i32(260),
  projid: i32(264),
  nzomb: i32(268),
  poolid: i32(272),
  zoneid: i32(276),
  contract: i32(280),
  lwp: nested(288, lwpsinfo),
};
export const psinfo = struct('psinfo_t', 416, psinfoFields);
export type Psinfo = StructValue<typeof psinfoFields>;

/** Registers and siginfo are not decoded: native programs have none. */
const lwpstatusFields = {
  flags: i32(0),
  lwpid: i32(4),
  why: i16(8),
  what: i16(10),
  cursig: i16(12),
  lwppend: bitset(272, 4),
  lwphold: bitset(288, 4),
  syscall: i16(368),
  nsysarg: i16(370),
  errno: i32(372),
  clname: cstring(456, PRCLSZ),
  tstamp: timestruc(464),
  utime: timestruc(480),
  stime: timestruc(496),
};
export const lwpstatus = struct('lwpstatus_t', 1296, lwpstatusFields);
export type Lwpstatus = StructValue<typeof lwpstatusFields>;

const pstatusFields = {
  flags: i32(0),
  nlwp: i32(4),
  pid: i32(8),
  ppid: i32(12),
  pgid: i32(16),
  sid: i32(20),
  sigpend: bitset(32, 4),
  brkbase: u64(48),
  brksize: u64(56),
  stkbase: u64(64),
  stksize: u64(72),
  utime: timestruc(80),
  stime: timestruc(96),
  cutime: timestruc(112),
  cstime: timestruc(128),
  sigtrace: bitset(144, 4),
  flttrace: bitset(160, 4),
  sysentry: bitset(176, 16),
  sysexit: bitset(240, 16),
  dmodel: i8(304),
  taskid: i32(308),
  projid: i32(312),
  nzomb: i32(316),
  zoneid: i32(320),
  lwp: nested(384, lwpstatus),
};
export const pstatus = struct('pstatus_t', 1680, pstatusFields);
export type Pstatus = StructValue<typeof pstatusFields>;

const prusageFields = {
  lwpid: i32(0),
  count: i32(4),
  tstamp: timestruc(8),
  create: timestruc(24),
  term: timestruc(40),
  rtime: timestruc(56),
  utime: timestruc(72),
  stime: timestruc(88),
  ttime: timestruc(104),
  tftime: timestruc(120),
  dftime: timestruc(136),
  kftime: timestruc(152),
  ltime: timestruc(168),
  slptime: timestruc(184),
  wtime: timestruc(200),
  stoptime: timestruc(216),
  minf: u64(328),
  majf: u64(336),
  nswap: u64(344),
  inblk: u64(352),
  oublk: u64(360),
  msnd: u64(368),
  mrcv: u64(376),
  sigs: u64(384),
  vctx: u64(392),
  ictx: u64(400),
  sysc: u64(408),
  ioch: u64(416),
};
export const prusage = struct('prusage_t', 504, prusageFields);
export type Prusage = StructValue<typeof prusageFields>;

/** Followed by `ngroups` group ids of 4 bytes, at least one of which is there. */
const prcredFields = {
  euid: u32(0),
  ruid: u32(4),
  suid: u32(8),
  egid: u32(12),
  rgid: u32(16),
  sgid: u32(20),
  ngroups: i32(24),
};
export const prcred = struct('prcred_t', 28, prcredFields);
export type Prcred = StructValue<typeof prcredFields> & { readonly groups: readonly number[] };

/** In front of the entries of lstatus, lpsinfo and lusage. */
export const prheader = struct('prheader_t', 16, { nent: u64(0), entsize: u64(8) });

/** One open file: /proc/PID/fdinfo/N. The path follows the fixed part in `path`. */
const prfdinfoFields = {
  fd: i32(0),
  mode: u32(4),
  uid: u32(8),
  gid: u32(12),
  major: u32(16),
  minor: u32(20),
  rmajor: u32(24),
  rminor: u32(28),
  ino: u64(32),
  offset: u64(40),
  size: u64(48),
  fileflags: i32(56),
  fdflags: i32(60),
  path: cstring(64, 1024),
};
export const prfdinfo = struct('prfdinfo_t', 1088, prfdinfoFields);
export type Prfdinfo = StructValue<typeof prfdinfoFields>;
