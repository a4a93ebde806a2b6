/**
 * What the kernel knows of a process, put into the structures of /proc. Native programs have no
 * address space: sizes are 0 and the maps are empty.
 * @see uts/common/fs/proc/prsubr.c prgetpsinfo, prgetstatus, prgetusage
 */
import {
  PRNODEV,
  PR_ASLEEP,
  PR_ISSYS,
  PR_MODEL_LP64,
  PR_MSACCT,
  PR_ORPHAN,
  PR_STOPPED,
  SONPROC,
  SRUN,
  SSLEEP,
  SSTOP,
  SZOMB,
  lwpsinfo,
  lwpstatus,
  prcred,
  prheader,
  prusage,
  psinfo,
  pstatus,
} from '#abi/illumos/procfs.ts';
import type { StructInput } from '#abi/struct.ts';
import { concatBytes, encodeUtf8, viewOf } from '#base/bytes.ts';
import type { Thread } from '#kernel/disp/thread.ts';
import type { Proc, ProcEvent } from '#kernel/os/proc.ts';

/** 100 % of a 16-bit fraction. */
const FULL = 0x8000;

/** `wstat` of waitid's news. */
function waitStatus(event: ProcEvent | undefined): number {
  if (event === undefined) return 0;
  if (event.how === 'exited') return event.status << 8;
  return event.how === 'dumped' ? event.status | 0x80 : event.status;
}

function threadState(thread: Thread): readonly [number, string] {
  switch (thread.state) {
    case 'running':
      return [SONPROC, 'O'];
    case 'runnable':
      return [SRUN, 'R'];
    case 'stopped':
      return [SSTOP, 'T'];
    default:
      return [SSLEEP, 'S'];
  }
}

function lwpRecord(
  proc: Proc,
  thread: Thread,
  id: number,
  pctcpu: number,
): StructInput<typeof lwpsinfo.fields> {
  const [state, sname] = proc.state === 'stopped' ? [SSTOP, 'T'] : threadState(thread);
  return {
    lwpid: id,
    state,
    sname,
    nice: thread.nice,
    pri: thread.priority,
    oldpri: thread.priority,
    pctcpu,
    start: proc.startRealtimeNs,
    time: thread.userNs + thread.systemNs,
    clname: proc.pid === 0 ? 'SYS' : 'TS',
    onpro: 0,
    bindpro: -1,
    bindpset: -1,
    lgrp: 0,
  };
}

/** Without threads: the last state of a zombie. */
const ZOMBIE_LWP: StructInput<typeof lwpsinfo.fields> = {
  state: SZOMB,
  sname: 'Z',
  bindpro: -1,
  bindpset: -1,
};

/** sched, pageout, fsflush: what they do happens in the kernel's own loop. */
const SYSTEM_LWP: StructInput<typeof lwpsinfo.fields> = {
  lwpid: 1,
  state: SSLEEP,
  sname: 'S',
  pri: 96,
  clname: 'SYS',
  bindpro: -1,
  bindpset: -1,
};

/** `SSYS` in pr_flag. @spec uts/common/sys/proc.h */
const SSYS = 1;

export function psinfoBytes(proc: Proc, fraction: number): Uint8Array {
  const { cred, image, group, usage, childUsage } = proc;
  const pctcpu = Math.min(FULL, Math.round(fraction * FULL));
  const thread = proc.threads[0];
  const isZombie = proc.state === 'zombie';
  const isSystem = !isZombie && thread === undefined;
  const idle = isSystem ? SYSTEM_LWP : ZOMBIE_LWP;
  return psinfo.encode({
    flag: isSystem ? SSYS : 0,
    nlwp: isSystem ? 1 : proc.threads.length,
    pid: proc.pid,
    ppid: proc.parent?.pid ?? 0,
    pgid: group.pgid,
    sid: group.session.sid,
    uid: cred.uid,
    euid: cred.effectiveUid,
    gid: cred.gid,
    egid: cred.effectiveGid,
    ttydev: group.session.tty === null ? PRNODEV : BigInt(group.session.tty.device),
    pctcpu,
    start: proc.startRealtimeNs,
    time: usage.userNs + usage.systemNs,
    ctime: childUsage.userNs + childUsage.systemNs,
    fname: image.command,
    psargs: image.argv.join(' '),
    wstat: isZombie ? waitStatus(proc.event) : 0,
    argc: image.argv.length,
    dmodel: PR_MODEL_LP64,
    nzomb: isZombie ? 1 : 0,
    zoneid: cred.zoneId,
    lwp: thread === undefined ? idle : lwpRecord(proc, thread, 1, pctcpu),
  });
}

export function lwpsinfoBytes(proc: Proc, id: number): Uint8Array {
  const thread = proc.threads[id - 1];
  return lwpsinfo.encode(thread === undefined ? ZOMBIE_LWP : lwpRecord(proc, thread, id, 0));
}

function lwpStatusRecord(proc: Proc, id: number): StructInput<typeof lwpstatus.fields> {
  const thread = proc.threads[id - 1];
  let flags = PR_MSACCT;
  if (proc.state === 'stopped') flags |= PR_STOPPED;
  if (thread?.state === 'sleeping') flags |= PR_ASLEEP;
  return {
    flags,
    lwpid: id,
    cursig: proc.stopSignal,
    lwphold: proc.signals.blocked.list(),
    clname: proc.pid === 0 ? 'SYS' : 'TS',
    tstamp: proc.kernel.realtimeNs(),
    utime: thread?.userNs ?? 0n,
    stime: thread?.systemNs ?? 0n,
  };
}

export function lwpstatusBytes(proc: Proc, id: number): Uint8Array {
  return lwpstatus.encode(lwpStatusRecord(proc, id));
}

export function pstatusBytes(proc: Proc): Uint8Array {
  const { group, usage, childUsage, cred } = proc;
  const lwp = lwpStatusRecord(proc, 1);
  let flags = lwp.flags ?? 0;
  if (proc.pid === 0) flags |= PR_ISSYS;
  if (group.isOrphaned) flags |= PR_ORPHAN;
  return pstatus.encode({
    flags,
    nlwp: proc.threads.length,
    pid: proc.pid,
    ppid: proc.parent?.pid ?? 0,
    pgid: group.pgid,
    sid: group.session.sid,
    sigpend: proc.signals.pending.list(),
    utime: usage.userNs,
    stime: usage.systemNs,
    cutime: childUsage.userNs,
    cstime: childUsage.systemNs,
    dmodel: PR_MODEL_LP64,
    zoneid: cred.zoneId,
    lwp,
  });
}

/** Of the process, or of one thread with `id`. */
export function usageBytes(proc: Proc, id = 0): Uint8Array {
  const { kernel, usage } = proc;
  const thread = proc.threads[id - 1];
  const nowNs = kernel.dispatcher.nowNs();
  const elapsedNs = nowNs - proc.startNs;
  const userNs = thread?.userNs ?? usage.userNs;
  const systemNs = thread?.systemNs ?? usage.systemNs;
  const idleNs = elapsedNs - userNs - systemNs;
  let vctx = usage.voluntarySwitches;
  let ictx = usage.involuntarySwitches;
  for (const each of proc.threads) {
    vctx += each.voluntarySwitches;
    ictx += each.involuntarySwitches;
  }
  return prusage.encode({
    lwpid: id,
    count: id === 0 ? Math.max(1, proc.threads.length) : 1,
    tstamp: nowNs,
    create: proc.startNs,
    rtime: elapsedNs,
    utime: userNs,
    stime: systemNs,
    slptime: idleNs > 0n ? idleNs : 0n,
    vctx: BigInt(vctx),
    ictx: BigInt(ictx),
    sysc: BigInt(usage.systemCalls),
    ioch: BigInt(usage.readBytes + usage.writtenBytes),
  });
}

export function credBytes(proc: Proc): Uint8Array {
  const { cred } = proc;
  const fixed = prcred.encode({
    euid: cred.effectiveUid,
    ruid: cred.uid,
    suid: cred.savedUid,
    egid: cred.effectiveGid,
    rgid: cred.gid,
    sgid: cred.savedGid,
    ngroups: cred.groups.length,
  });
  const groups = new Uint8Array(4 * Math.max(1, cred.groups.length));
  cred.groups.forEach((gid, at) => viewOf(groups).setUint32(4 * at, gid, true));
  return concatBytes([fixed, groups]);
}

/** Entries of one size behind a header: lpsinfo, lstatus, lusage. */
export function listBytes(entries: readonly Uint8Array[], entrySize: number): Uint8Array {
  const header = prheader.encode({ nent: BigInt(entries.length), entsize: BigInt(entrySize) });
  return concatBytes([header, ...entries]);
}

/** Each string with its NUL. */
export function stringsBytes(strings: readonly string[]): Uint8Array {
  return encodeUtf8(strings.map((text) => `${text}\0`).join(''));
}

/**
 * The share of the machine that a process used lately: an average over its past whose weight halves
 * every four seconds, brought up to date when somebody looks.
 */
export class RecentCpu {
  readonly #known: WeakMap<Proc, { atNs: bigint; usedNs: bigint; fraction: number }> =
    new WeakMap();

  fractionOf(proc: Proc): number {
    const { kernel, usage } = proc;
    const nowNs = kernel.dispatcher.nowNs();
    const usedNs = usage.userNs + usage.systemNs;
    const before = this.#known.get(proc) ?? { atNs: proc.startNs, usedNs: 0n, fraction: 0 };
    const passed = Number(nowNs - before.atNs);
    if (passed <= 0) return before.fraction;
    const share = Number(usedNs - before.usedNs) / passed / kernel.options.cpuCount;
    const old = 0.5 ** (passed / HALF_LIFE_NS);
    const fraction = before.fraction * old + Math.min(1, share) * (1 - old);
    this.#known.set(proc, { atNs: nowNs, usedNs, fraction });
    return fraction;
  }
}

const HALF_LIFE_NS = 4e9;
