/** The sched provider. @man dtrace_sched(7) */
import { args, defineProbes, type ProbeDeclarations } from '#kernel/sdt/registry.ts';

const THREAD = args('lwpsinfo_t *', 'psinfo_t *');

export const schedProbes: ProbeDeclarations<
  'onCpu' | 'offCpu' | 'sleep' | 'wakeup' | 'preempt' | 'enqueue' | 'dequeue'
> = defineProbes('sched', {
  onCpu: THREAD,
  offCpu: THREAD,
  sleep: THREAD,
  wakeup: THREAD,
  preempt: THREAD,
  enqueue: THREAD,
  dequeue: THREAD,
});
