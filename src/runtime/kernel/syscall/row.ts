/**
 * The shape of a row of the system call table, apart from its content so that handlers, probes and
 * truss need not know the table.
 */
import type { Caller } from '#kernel/syscall/caller.ts';

/** How truss and DTrace show an argument. @see truss's print.c */
export type ArgumentKind =
  | 'fd'
  | 'path'
  | 'buffer'
  | 'decimal'
  | 'octal'
  | 'hex'
  | 'open flags'
  | 'fcntl command'
  | 'ioctl command'
  | 'signal'
  | 'whence'
  | 'pointer'
  | 'string'
  | 'strings';

/**
 * What a call does. It answers its result, an Errno, or a WouldBlock: then the thread is parked and
 * the same handler called again with the same arguments; what it must remember in between is in
 * the caller (`progress`, `deadlineNs`).
 */
export type Handler = (caller: Caller, ...args: never[]) => unknown;

export interface SyscallRow {
  /** illumos's number; from 256 on: ours, for calls that are not system calls there. */
  readonly number: number;
  readonly name: string;
  readonly args: readonly ArgumentKind[];
  readonly run: Handler;
  readonly level: 'full' | 'partial' | 'none';
  /** What is missing; required unless `full`. */
  readonly note?: string;
  /** A caught signal always ends the wait, whatever SA_RESTART says. @man sigaction(2) */
  readonly neverRestarts?: boolean;
  /** Takes back what a wait left behind when the call ends with EINTR. */
  readonly interrupted?: (caller: Caller) => void;
}
