/** A thread of a process: what the dispatcher runs. @see uts/common/sys/thread.h */
export interface Thread {
  readonly id: number;
  /** Makes it runnable if it waits; harmless otherwise. */
  wake(): void;
}
