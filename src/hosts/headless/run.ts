/**
 * `lab run`: the node's console on this terminal. Leaving shuts the node down, since its memory is in
 * this process.
 */
import process from 'node:process';
import { LabError } from '#protocol/errors.ts';
import type { NodeHandle } from '#lab/node/node-handle.ts';
import { OpenLab } from '#lab/open-lab.ts';
import { operands, parseCommandLine } from '#hosts/headless/arguments.ts';
import { type CommandContext, environmentOf } from '#hosts/headless/context.ts';
import { EscapeFilter } from '#hosts/headless/escape-filter.ts';
import { insertMedium, parseBoot } from '#hosts/headless/media.ts';
import { ByteSink, releaseInput, terminalSize } from '#hosts/headless/output.ts';
import { shutDownNode, waitForState } from '#hosts/node/power.ts';

export async function run(words: readonly string[], context: CommandContext): Promise<number> {
  const { values, positionals, rest } = parseCommandLine(words, {
    boot: { type: 'string' },
    media: { type: 'string' },
  });
  const choice = parseBoot(values);
  const [folder = ''] = operands([...positionals, ...rest], 'DIR');
  const lab = new OpenLab(folder, environmentOf(context, 'lab run'));
  const node = lab.firstNode();
  if (process.stdin.isTTY) context.err('lab: leave with Ctrl-] or ~.\r\n');
  const ended = waitForState(lab, node, () => !node.isActive);
  const leaving = new Leaving(lab, node);
  const stopOutput = passConsole(node);
  const stopInput = passKeys(node, () => leaving.leave());
  try {
    insertMedium(lab, choice);
    await node.powerOn({ properties: new Map(), flags: [], device: choice.device });
    const state = await ended;
    if (state.kind !== 'panicked' || leaving.isLeaving) return 0;
    const dump = state.dumpFile === null ? '' : `; the dump is in ${state.dumpFile}`;
    throw new LabError('nodePanicked', `Node "${node.name}" panicked: ${state.message}${dump}`);
  } finally {
    stopInput();
    leaving.dispose();
    await stopOutput();
    await lab.close();
  }
}

/** The first wish shuts down in good order, the second pulls the plug. */
class Leaving {
  readonly #lab: OpenLab;
  readonly #node: NodeHandle;
  readonly #onSignal = (): void => this.leave();
  isLeaving = false;

  constructor(lab: OpenLab, node: NodeHandle) {
    this.#lab = lab;
    this.#node = node;
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, this.#onSignal);
  }

  leave(): void {
    if (this.isLeaving) void this.#node.kill();
    else void shutDownNode(this.#lab, this.#node);
    this.isLeaving = true;
  }

  dispose(): void {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(name, this.#onSignal);
  }
}

/** The console's output to ours, at our speed; answers how to stop when all of it is written. */
function passConsole(node: NodeHandle): () => Promise<void> {
  const sink = new ByteSink(process.stdout);
  let wake: () => void = () => {};
  let isOver = false;
  const view = node.console.attach(undefined, () => wake());
  const pass = async (): Promise<void> => {
    for (;;) {
      const item = view.next();
      if (item?.kind === 'data') await sink.write(item.bytes);
      else if (item === undefined && isOver) return sink.flush();
      else if (item === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  };
  const done = pass();
  return async () => {
    isOver = true;
    wake();
    await done;
    view.dispose();
  };
}

/** Our keys to the console, but for those that leave. */
function passKeys(node: NodeHandle, leave: () => void): () => void {
  const { stdin, stdout } = process;
  const filter = new EscapeFilter(leave);
  const resize = (): void => {
    const { columns, rows } = terminalSize();
    node.resizeConsole(columns, rows);
  };
  stdin.on('data', (bytes: Buffer) => {
    const passed = stdin.isTTY ? filter.pass(new Uint8Array(bytes)) : new Uint8Array(bytes);
    if (passed.length > 0) node.post({ kind: 'consoleInput', bytes: passed });
  });
  stdin.on('error', () => {});
  if (stdin.isTTY) stdin.setRawMode(true);
  stdout.on('resize', resize);
  if (stdout.isTTY) resize();
  return () => {
    stdout.off('resize', resize);
    if (stdin.isTTY) stdin.setRawMode(false);
    releaseInput();
  };
}
