/**
 * illumos's signals: number, name without SIG, strsignal(3C), what happens by default.
 * SIGCLD is what POSIX calls SIGCHLD; 41 is the last number before the real-time signals.
 * @spec uts/common/sys/iso/signal_iso.h  @man signal.h(3HEAD)
 */
export type SignalDefault = 'terminate' | 'core' | 'ignore' | 'stop' | 'continue';
export type Signal = number;

export const SIGNALS: readonly (readonly [number, string, string, SignalDefault])[] = [
  [1, 'HUP', 'Hangup', 'terminate'],
  [2, 'INT', 'Interrupt', 'terminate'],
  [3, 'QUIT', 'Quit', 'core'],
  [4, 'ILL', 'Illegal Instruction', 'core'],
  [5, 'TRAP', 'Trace/Breakpoint Trap', 'core'],
  [6, 'ABRT', 'Abort', 'core'],
  [7, 'EMT', 'Emulation Trap', 'core'],
  [8, 'FPE', 'Arithmetic Exception', 'core'],
  [9, 'KILL', 'Killed', 'terminate'],
  [10, 'BUS', 'Bus Error', 'core'],
  [11, 'SEGV', 'Segmentation Fault', 'core'],
  [12, 'SYS', 'Bad System Call', 'core'],
  [13, 'PIPE', 'Broken Pipe', 'terminate'],
  [14, 'ALRM', 'Alarm Clock', 'terminate'],
  [15, 'TERM', 'Terminated', 'terminate'],
  [16, 'USR1', 'User Signal 1', 'terminate'],
  [17, 'USR2', 'User Signal 2', 'terminate'],
  [18, 'CLD', 'Child Status Changed', 'ignore'],
  [19, 'PWR', 'Power-Fail/Restart', 'ignore'],
  [20, 'WINCH', 'Window Size Change', 'ignore'],
  [21, 'URG', 'Urgent Socket Condition', 'ignore'],
  [22, 'POLL', 'Pollable Event', 'terminate'],
  [23, 'STOP', 'Stopped (signal)', 'stop'],
  [24, 'TSTP', 'Stopped (user)', 'stop'],
  [25, 'CONT', 'Continued', 'continue'],
  [26, 'TTIN', 'Stopped (tty input)', 'stop'],
  [27, 'TTOU', 'Stopped (tty output)', 'stop'],
  [28, 'VTALRM', 'Virtual Timer Expired', 'terminate'],
  [29, 'PROF', 'Profiling Timer Expired', 'terminate'],
  [30, 'XCPU', 'Cpu Limit Exceeded', 'core'],
  [31, 'XFSZ', 'File Size Limit Exceeded', 'core'],
  [32, 'WAITING', 'No runnable lwp', 'ignore'],
  [33, 'LWP', 'Inter-lwp signal', 'ignore'],
  [34, 'FREEZE', 'Checkpoint Freeze', 'ignore'],
  [35, 'THAW', 'Checkpoint Thaw', 'ignore'],
  [36, 'CANCEL', 'Thread Cancellation', 'ignore'],
  [37, 'LOST', 'Resource Lost', 'terminate'],
  [38, 'XRES', 'Resource Control Exceeded', 'ignore'],
  [39, 'JVM1', 'Reserved for JVM 1', 'ignore'],
  [40, 'JVM2', 'Reserved for JVM 2', 'ignore'],
  [41, 'INFO', 'Information Request', 'ignore'],
];

export const SIGHUP = 1;
export const SIGINT = 2;
export const SIGQUIT = 3;
export const SIGILL = 4;
export const SIGTRAP = 5;
export const SIGABRT = 6;
export const SIGEMT = 7;
export const SIGFPE = 8;
export const SIGKILL = 9;
export const SIGBUS = 10;
export const SIGSEGV = 11;
export const SIGSYS = 12;
export const SIGPIPE = 13;
export const SIGALRM = 14;
export const SIGTERM = 15;
export const SIGUSR1 = 16;
export const SIGUSR2 = 17;
export const SIGCLD = 18;
export const SIGPWR = 19;
export const SIGWINCH = 20;
export const SIGURG = 21;
export const SIGPOLL = 22;
export const SIGSTOP = 23;
export const SIGTSTP = 24;
export const SIGCONT = 25;
export const SIGTTIN = 26;
export const SIGTTOU = 27;
export const SIGVTALRM = 28;
export const SIGPROF = 29;
export const SIGXCPU = 30;
export const SIGXFSZ = 31;
export const SIGWAITING = 32;
export const SIGLWP = 33;
export const SIGFREEZE = 34;
export const SIGTHAW = 35;
export const SIGCANCEL = 36;
export const SIGLOST = 37;
export const SIGXRES = 38;
export const SIGJVM1 = 39;
export const SIGJVM2 = 40;
export const SIGINFO = 41;
export const SIGCHLD = SIGCLD;

/** One above the last ordinary signal. */
export const NSIG = 42;
