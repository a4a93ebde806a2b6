/** The proc provider. @man dtrace_proc(7) */
import { args, defineProbes, type ProbeDeclarations } from '#kernel/sdt/registry.ts';

const PROC = args('psinfo_t *');

export const procProbes: ProbeDeclarations<
  | 'create'
  | 'exec'
  | 'execFailure'
  | 'execSuccess'
  | 'exit'
  | 'lwpCreate'
  | 'lwpExit'
  | 'lwpStart'
  | 'signalDiscard'
  | 'signalHandle'
  | 'signalSend'
  | 'start'
> = defineProbes('proc', {
  create: PROC,
  exec: args('char *'),
  execFailure: args('int'),
  execSuccess: args(),
  exit: args('int'),
  lwpCreate: args('lwpsinfo_t *', 'psinfo_t *'),
  lwpExit: args(),
  lwpStart: args(),
  signalDiscard: args('lwpsinfo_t *', 'psinfo_t *', 'int'),
  signalHandle: args('int', 'siginfo_t *', 'void (*)(void)'),
  signalSend: args('psinfo_t *', 'int', 'siginfo_t *'),
  start: args(),
});
