/**
 * Commands that the pane runs for the person: each on a terminal of its own in the node, as if it had
 * been typed there, with what it printed and how it ended. There is no other way from here to change
 * anything in the node.
 */
import { createStore, type StoreApi } from 'zustand';
import { toLabError } from '#protocol/errors.ts';
import { shellText } from '#renderer/features/zfs/shell-words.ts';
import type { NodeAddress } from '#renderer/model/lab-state.ts';
import type { Workbench } from '#renderer/model/workbench.ts';

export interface CommandRun {
  readonly id: number;
  readonly text: string;
  readonly output: string;
  /** Exit status; null while it runs, and when the node went away under it. */
  readonly status: number | null;
  readonly isRunning: boolean;
}

const RUNS_KEPT = 50;
const OUTPUT_KEPT = 64 * 1024;
/** Wide enough that no line of a status breaks. */
const TERMINAL = { columns: 200, rows: 50 } as const;

export class CommandRuns {
  readonly #bench: Workbench;
  readonly #address: NodeAddress;
  /** Newest last. */
  readonly runs: StoreApi<readonly CommandRun[]> = createStore<readonly CommandRun[]>()(() => []);
  #lastId = 0;

  constructor(bench: Workbench, address: NodeAddress) {
    this.#bench = bench;
    this.#address = address;
  }

  /** Resolves when the command has ended; never rejects. */
  async run(argv: readonly string[]): Promise<CommandRun> {
    this.#lastId += 1;
    let run: CommandRun = {
      id: this.#lastId,
      text: shellText(argv),
      output: '',
      status: null,
      isRunning: true,
    };
    const show = (change: Partial<CommandRun>): void => {
      run = { ...run, ...change };
      this.runs.setState((runs) => withRun(runs, run), true);
    };
    show({});
    const decoder = new TextDecoder();
    try {
      const params = { ...this.#address, ...TERMINAL, argv: [...argv] };
      for await (const item of this.#bench.link.client().terminal.open(params)) {
        if (item.kind === 'output') {
          const text = decoder.decode(item.bytes, { stream: true }).replaceAll('\r\n', '\n');
          show({ output: `${run.output}${text}`.slice(-OUTPUT_KEPT) });
        } else if (item.kind === 'exited') {
          show({ status: item.status.kind === 'lost' ? null : item.status.value });
        }
      }
    } catch (thrown) {
      show({ output: `${run.output}${toLabError(thrown).message}\n` });
    }
    show({ isRunning: false });
    const outcome = run.status === 0 ? 'done' : (firstLine(run.output) ?? 'it failed');
    this.#bench.ui.setState({ announcement: `${run.text}: ${outcome}` });
    return run;
  }
}

export function firstLine(output: string): string | undefined {
  const line = output.split('\n').find((text) => text.trim() !== '');
  return line?.trim();
}

function withRun(runs: readonly CommandRun[], run: CommandRun): readonly CommandRun[] {
  const others = runs.filter(({ id }) => id !== run.id);
  const at = runs.findIndex(({ id }) => id === run.id);
  if (at < 0) return [...others, run].slice(-RUNS_KEPT);
  return runs.map((other) => (other.id === run.id ? run : other));
}
