/**
 * Resource limits: a soft value that binds and a hard one that it can be raised to.
 * @man getrlimit(2)  @see uts/common/sys/rctl.h
 */
import type { Rlimit, RlimitName } from '#abi/illumos/resource.ts';

export type Rlimits = Readonly<Record<RlimitName, Rlimit>>;

const UNLIMITED: Rlimit = { current: Infinity, maximum: Infinity };

/** What init starts with. */
export function initialRlimits(maxUserProcesses: number): Rlimits {
  return {
    cpu: UNLIMITED,
    fsize: UNLIMITED,
    data: UNLIMITED,
    stack: { current: 10 * 1024 * 1024, maximum: Infinity },
    core: UNLIMITED,
    nofile: { current: 65536, maximum: 65536 },
    vmem: UNLIMITED,
    nproc: { current: maxUserProcesses, maximum: maxUserProcesses },
  };
}
