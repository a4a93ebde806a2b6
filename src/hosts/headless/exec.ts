/**
 * `lab exec`: boot, run one program with our standard input, output and error, shut down, end with its
 * status. Bytes pass both ways with back-pressure; nothing is kept or changed on the way.
 */
import process from 'node:process';
import { LabError } from '#protocol/errors.ts';
import type { ExitStatus } from '#protocol/model.ts';
import type { ExecSession } from '#lab/node/exec-session.ts';
import type { NodeHandle } from '#lab/node/node-handle.ts';
import { OpenLab } from '#lab/open-lab.ts';
import {
  NotSupportedError,
  operands,
  parseCommandLine,
  UsageError,
} from '#hosts/headless/arguments.ts';
import { type CommandContext, environmentOf } from '#hosts/headless/context.ts';
import { ByteSink, releaseInput, terminalSize } from '#hosts/headless/output.ts';
import { insertMedium, parseBoot } from '#hosts/headless/media.ts';
import { bootNode, shutDownNode } from '#hosts/node/power.ts';
import { parseShare } from '#hosts/headless/share.ts';

/** @man signal.h(3HEAD) */
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGPIPE: 13, SIGTERM: 15 } as const;
const CHUNK_BYTES = 64 * 1024;
/** How long a program may take to end after a signal before the node is shut down around it. */
const SIGNAL_GRACE_MS = 3_000;
const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ['HOME', '/root'],
  ['LOGNAME', 'root'],
  ['USER', 'root'],
  ['SHELL', '/usr/bin/bash'],
  ['PATH', '/usr/bin:/usr/sbin:/smartdc/bin:/opt/smartdc/bin:/opt/local/bin:/opt/local/sbin'],
];

export async function exec(words: readonly string[], context: CommandContext): Promise<number> {
  const { values, positionals, rest } = parseCommandLine(words, {
    boot: { type: 'string' },
    media: { type: 'string' },
    answers: { type: 'string' },
    share: { type: 'string' },
    tty: { type: 'boolean' },
  });
  const [folder = ''] = operands(positionals, 'DIR');
  if (values['answers'] !== undefined) throw new NotSupportedError('lab exec --answers');
  const choice = parseBoot(values);
  if (rest.length === 0) throw new UsageError('WORD is missing: put it behind --');
  const lab = new OpenLab(folder, environmentOf(context, 'lab exec'));
  const node = lab.firstNode();
  const interrupts = new Interrupts(node);
  try {
    lab.share = parseShare(values['share'] as string | undefined);
    insertMedium(lab, choice);
    // Nobody is there to read a menu: the loader boots its default at once.
    const properties = new Map(choice.device === 'ram' ? [] : [['autoboot_delay', '-1']]);
    await bootNode(lab, node, { properties, flags: [], device: choice.device });
    const status = await runProgram(node, rest, values['tty'] === true, interrupts);
    await shutDownNode(lab, node);
    return exitCode(node, status);
  } catch (thrown) {
    if (interrupts.forced === undefined) throw thrown;
    return 128 + interrupts.forced;
  } finally {
    interrupts.dispose();
    await lab.close();
  }
}

function exitCode(node: NodeHandle, status: ExitStatus): number {
  if (status.kind === 'exited') return status.value;
  if (status.kind === 'killed') return 128 + status.value;
  const { state } = node;
  const why = state.kind === 'panicked' ? `it panicked: ${state.message}` : 'it went off';
  const dump = state.kind === 'panicked' && state.dumpFile !== null ? ` (${state.dumpFile})` : '';
  throw new LabError('nodePanicked', `Node "${node.name}" is gone: ${why}${dump}`);
}

async function runProgram(
  node: NodeHandle,
  argv: readonly string[],
  tty: boolean,
  interrupts: Interrupts,
): Promise<ExitStatus> {
  const environment = new Map(ENVIRONMENT);
  if (tty) environment.set('TERM', process.env['TERM'] ?? 'xterm-256color');
  const session = node.exec({
    argv,
    env: environment,
    cwd: '/root',
    uid: 0,
    ...(tty ? { tty: terminalSize() } : {}),
  });
  interrupts.session = session;
  const restore = tty ? useTerminal(session) : () => {};
  const input = passInput(session, tty);
  try {
    return await passOutput(session);
  } finally {
    input.stop();
    restore();
    interrupts.session = undefined;
  }
}

/** Output in order until the program has ended and all of it is written. */
async function passOutput(session: ExecSession): Promise<ExitStatus> {
  const sinks = { stdout: new ByteSink(process.stdout), stderr: new ByteSink(process.stderr) };
  sinks.stdout.onClosed = () => session.signal(SIGNALS.SIGPIPE);
  let wake: () => void = () => {};
  session.onChange = () => wake();
  for (;;) {
    const output = session.take(CHUNK_BYTES);
    if (output !== undefined) {
      await sinks[output.stream].write(output.bytes);
    } else if (session.status !== undefined) {
      await Promise.all([sinks.stdout.flush(), sinks.stderr.flush()]);
      return session.status;
    } else {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
}

/** Our standard input to the program's, as fast as it takes it. */
function passInput(session: ExecSession, tty: boolean): { stop(): void } {
  const { stdin } = process;
  stdin.on('data', (bytes: Buffer) => {
    stdin.pause();
    void session.input(new Uint8Array(bytes)).then(() => {
      if (!session.hasEnded) stdin.resume();
    });
  });
  stdin.on('end', () => {
    if (!tty) session.endInput();
  });
  // A closed standard input reads as its end.
  stdin.on('error', () => session.endInput());
  return {
    stop: () => {
      releaseInput();
    },
  };
}

/** Raw mode, and the size as it changes; answers how to undo it. */
function useTerminal(session: ExecSession): () => void {
  const { stdin, stdout } = process;
  const resize = (): void => {
    const { columns, rows } = terminalSize();
    session.resize(columns, rows);
  };
  if (stdin.isTTY) stdin.setRawMode(true);
  stdout.on('resize', resize);
  return () => {
    stdout.off('resize', resize);
    if (stdin.isTTY) stdin.setRawMode(false);
  };
}

/**
 * Signals to us: the first goes to the program, which may clean up; when it does not end in time the
 * node is shut down around it. The second pulls the plug.
 */
class Interrupts {
  readonly #node: NodeHandle;
  readonly #onSignal = (name: NodeJS.Signals): void => this.#signal(name);
  #timer: NodeJS.Timeout | undefined;
  #count = 0;
  session: ExecSession | undefined;
  /** The signal that pulled the plug. */
  forced: number | undefined;

  constructor(node: NodeHandle) {
    this.#node = node;
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, this.#onSignal);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(name, this.#onSignal);
  }

  #signal(name: NodeJS.Signals): void {
    this.#count += 1;
    const number = SIGNALS[name as keyof typeof SIGNALS];
    if (this.#count > 1 || this.session === undefined) {
      this.forced = number;
      void this.#node.kill();
      return;
    }
    this.session.signal(number);
    this.#timer = setTimeout(() => {
      this.forced = number;
      this.#node.post({ kind: 'powerButton' });
    }, SIGNAL_GRACE_MS);
  }
}
