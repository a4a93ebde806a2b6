/** console.* and terminal.*: the serial console, and shells on terminals of their own. */
import { type Contract, MAX_CHUNK_BYTES } from '#protocol/contract.ts';
import { LabError } from '#protocol/errors.ts';
import type { TerminalItem } from '#protocol/model.ts';
import type { Handlers } from '#protocol/server.ts';
import type { StreamSource } from '#protocol/source.ts';
import type { ExecSession } from '#lab/node/exec-session.ts';
import { nodeOf, type ServiceContext } from '#lab/service/context.ts';

/** @man signal.h(3HEAD) */
const SIGHUP = 1;
const SHELL = ['/usr/bin/bash', '-l'] as const;
const TERMINAL_ENVIRONMENT: ReadonlyMap<string, string> = new Map([
  ['TERM', 'xterm-256color'],
  ['HOME', '/root'],
  ['LOGNAME', 'root'],
  ['USER', 'root'],
  ['SHELL', '/usr/bin/bash'],
  ['PATH', '/usr/bin:/usr/sbin:/smartdc/bin:/opt/smartdc/bin:/opt/local/bin:/opt/local/sbin'],
  ['LANG', 'en_US.UTF-8'],
]);

export function consoleHandlers(
  context: ServiceContext,
): Pick<Handlers<Contract>, 'console' | 'terminal'> {
  const session = (params: { labId: string; node: string; terminalId: number }): ExecSession => {
    const found = nodeOf(context, params).session(params.terminalId);
    if (found !== undefined) return found;
    throw new LabError('terminalNotFound', 'There is no such terminal: its program has ended');
  };
  return {
    console: {
      attach: (params, { wake }) => {
        const { resume } = params;
        return nodeOf(context, params).console.attach(resume, wake);
      },
      input: (params) => {
        // A copy: what came over a WebSocket is a view of a larger frame.
        nodeOf(context, params).post({ kind: 'consoleInput', bytes: params.bytes.slice() });
        return {};
      },
      resize: (params) => {
        const { columns, rows } = params;
        nodeOf(context, params).resizeConsole(columns, rows);
        return {};
      },
    },
    terminal: {
      open: (params, { wake }) => {
        const { columns, rows, argv } = params;
        const opened = nodeOf(context, params).exec({
          argv: argv ?? SHELL,
          env: TERMINAL_ENVIRONMENT,
          cwd: '/root',
          uid: 0,
          tty: { columns, rows },
        });
        return new TerminalSource(opened, wake);
      },
      input: async (params) => {
        await session(params).input(params.bytes.slice());
        return {};
      },
      resize: (params) => {
        session(params).resize(params.columns, params.rows);
        return {};
      },
      close: (params) => {
        session(params).signal(SIGHUP);
        return {};
      },
    },
  };
}

class TerminalSource implements StreamSource<TerminalItem> {
  readonly #session: ExecSession;
  #hasOpened = false;
  isEnded = false;

  constructor(session: ExecSession, wake: () => void) {
    this.#session = session;
    session.onChange = wake;
  }

  next(): TerminalItem | undefined {
    if (!this.#hasOpened) {
      this.#hasOpened = true;
      return { kind: 'opened', terminalId: this.#session.id };
    }
    const output = this.#session.take(MAX_CHUNK_BYTES);
    if (output !== undefined) return { kind: 'output', bytes: output.bytes };
    const { status } = this.#session;
    if (status === undefined || this.isEnded) return undefined;
    this.isEnded = true;
    return { kind: 'exited', status };
  }

  /** The window was closed: the line drops, as a modem's would. */
  dispose(): void {
    this.isEnded = true;
    this.#session.onChange = () => {};
    this.#session.signal(SIGHUP);
    this.#session.discardOutput();
  }
}
