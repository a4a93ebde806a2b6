/**
 * Resource limits by name, with the resource's number in getrlimit(2). `nproc` has no number there:
 * it is the system's maxuprc and the zone's max-processes.
 * @spec uts/common/sys/resource.h  @man getrlimit(2)
 */
export type RlimitName = 'cpu' | 'fsize' | 'data' | 'stack' | 'core' | 'nofile' | 'vmem' | 'nproc';

export interface Rlimit {
  /** Infinity = unlimited. */
  readonly current: number;
  readonly maximum: number;
}

export const RLIMIT_NUMBERS: Readonly<Record<Exclude<RlimitName, 'nproc'>, number>> = {
  cpu: 0,
  fsize: 1,
  data: 2,
  stack: 3,
  core: 4,
  nofile: 5,
  vmem: 6,
};
