/** What every part of a ZFS pane shares: whose it is, the way to run a command, the dialogs. */
import { createContext, useContext } from 'react';
import type { DiskFaultState, PoolShape } from '#protocol/zfs-model.ts';
import type { CommandRun, CommandRuns } from '#renderer/features/zfs/command-runs.ts';
import type { NodeAddress } from '#renderer/model/lab-state.ts';

/** A command with blanks to fill in, asked for before it runs. */
export interface Ask {
  readonly title: string;
  /** What will happen, in one or two sentences. */
  readonly text: string;
  readonly fields: readonly AskField[];
  /** The command for these values. */
  readonly argv: (values: Readonly<Record<string, string>>) => readonly string[];
  readonly runLabel: string;
  readonly isDanger?: boolean;
}

export interface AskField {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly initial: string;
  /** Left out: any text. */
  readonly choices?: readonly { readonly value: string; readonly label: string }[];
  readonly isOptional?: boolean;
}

export type PaneDialog =
  | { readonly kind: 'ask'; readonly ask: Ask }
  | { readonly kind: 'createPool' }
  | { readonly kind: 'faults'; readonly disk: string }
  | null;

export interface DiskChoice {
  readonly name: string;
  readonly sizeBytes: number;
  /** The pool that uses it; undefined = none that is imported. */
  readonly pool: string | undefined;
}

export interface ZfsPane {
  readonly address: NodeAddress;
  readonly runs: CommandRuns;
  readonly run: (argv: readonly string[]) => Promise<CommandRun>;
  readonly show: (dialog: PaneDialog) => void;
  readonly pools: readonly PoolShape[];
  readonly disks: readonly DiskChoice[];
  readonly faults: readonly DiskFaultState[];
}

export const ZfsPaneContext = createContext<ZfsPane | null>(null);

export function useZfsPane(): ZfsPane {
  const pane = useContext(ZfsPaneContext);
  if (pane === null) throw new Error('no ZFS pane above this component');
  return pane;
}
