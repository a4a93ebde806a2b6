/** A process. @see uts/common/sys/proc.h */
export interface Proc {
  readonly pid: number;
}
