/**
 * The kernel's message buffer, and cmn_err on top of it: a bounded ring of lines that dmesg, syslog
 * and the crash dump read. Lines with a leading `!` go to the log only, as in cmn_err(9F).
 * @see uts/common/os/logsubr.c, printf.c
 */
const MSG_BSIZE = 64 * 1024;

export type MessageLevel = 'CE_CONT' | 'CE_NOTE' | 'CE_WARN' | 'CE_PANIC';

export interface KernelMessage {
  readonly realtimeNs: bigint;
  readonly level: MessageLevel;
  readonly text: string;
}

const PREFIX: Readonly<Record<MessageLevel, string>> = {
  CE_CONT: '',
  CE_NOTE: 'NOTICE: ',
  CE_WARN: 'WARNING: ',
  CE_PANIC: 'panic: ',
};

export class MessageBuffer {
  readonly #messages: KernelMessage[] = [];
  #size = 0;
  /** Where lines are shown besides the buffer; node.ts sets it to the console. */
  console: ((line: string) => void) | undefined;

  get messages(): readonly KernelMessage[] {
    return this.#messages;
  }

  add(realtimeNs: bigint, level: MessageLevel, text: string): void {
    const isQuiet = text.startsWith('!');
    const line = PREFIX[level] + (isQuiet ? text.slice(1) : text);
    this.#messages.push({ realtimeNs, level, text: line });
    this.#size += line.length;
    while (this.#size > MSG_BSIZE) this.#size -= this.#messages.shift()?.text.length ?? 0;
    if (!isQuiet) this.console?.(`${line}\n`);
  }
}
