/**
 * The files of /proc/PID and of /proc/PID/lwp/N: name, kind, mode, content. What is not in the table
 * (as, ctl, auxv, gwindows, sigact, priv, watch …) is not there yet.
 * @man proc(5)
 */
import { lwpsinfo, lwpstatus, prusage } from '#abi/illumos/procfs.ts';
import { EMPTY_BYTES, encodeUtf8 } from '#base/bytes.ts';
import type { Errno } from '#kernel/os/errno.ts';
import type { Proc } from '#kernel/os/proc.ts';
import {
  type RecentCpu,
  credBytes,
  listBytes,
  lwpsinfoBytes,
  lwpstatusBytes,
  psinfoBytes,
  pstatusBytes,
  stringsBytes,
  usageBytes,
} from '#kernel/fs/procfs/records.ts';
import type { VnodeType } from '#kernel/vfs/vnode.ts';

export interface ProcFileRow {
  readonly name: string;
  readonly type: Extract<VnodeType, 'VREG' | 'VDIR' | 'VLNK'>;
  readonly mode: number;
  /** Of a regular file. */
  readonly content?: (proc: Proc, recentCpu: RecentCpu) => Uint8Array | Errno;
}

const file = (
  name: string,
  mode: number,
  content: (proc: Proc, recentCpu: RecentCpu) => Uint8Array | Errno,
): ProcFileRow => ({ name, type: 'VREG', mode, content });

function perThread(proc: Proc, record: (proc: Proc, id: number) => Uint8Array): Uint8Array[] {
  return proc.threads.map((_thread, at) => record(proc, at + 1));
}

export const PROC_FILES: readonly ProcFileRow[] = [
  file('psinfo', 0o444, (proc, recent) => psinfoBytes(proc, recent.fractionOf(proc))),
  file('status', 0o400, pstatusBytes),
  file('usage', 0o444, (proc) => usageBytes(proc)),
  file('cred', 0o400, credBytes),
  file('argv', 0o444, (proc) => stringsBytes(proc.image.argv)),
  file('cmdline', 0o444, (proc) => stringsBytes(proc.image.argv)),
  file('environ', 0o400, (proc) =>
    stringsBytes([...proc.image.env].map(([name, value]) => `${name}=${value}`)),
  ),
  file('execname', 0o444, (proc) => encodeUtf8(proc.image.path)),
  file('lpsinfo', 0o444, (proc) => listBytes(perThread(proc, lwpsinfoBytes), lwpsinfo.size)),
  file('lstatus', 0o400, (proc) => listBytes(perThread(proc, lwpstatusBytes), lwpstatus.size)),
  file('lusage', 0o444, (proc) => listBytes(perThread(proc, usageBytes), prusage.size)),
  file('map', 0o400, () => EMPTY_BYTES),
  file('rmap', 0o400, () => EMPTY_BYTES),
  file('xmap', 0o400, () => EMPTY_BYTES),
  { name: 'cwd', type: 'VLNK', mode: 0o500 },
  { name: 'root', type: 'VLNK', mode: 0o500 },
  { name: 'fd', type: 'VDIR', mode: 0o500 },
  { name: 'fdinfo', type: 'VDIR', mode: 0o500 },
  { name: 'path', type: 'VDIR', mode: 0o500 },
  { name: 'lwp', type: 'VDIR', mode: 0o555 },
];

export const LWP_FILES: readonly {
  readonly name: string;
  readonly mode: number;
  readonly content: (proc: Proc, id: number) => Uint8Array;
}[] = [
  { name: 'lwpsinfo', mode: 0o444, content: lwpsinfoBytes },
  { name: 'lwpstatus', mode: 0o400, content: lwpstatusBytes },
  { name: 'lwpusage', mode: 0o444, content: usageBytes },
];
