/**
 * The one object behind the window: the two stores, the link to the lab process, and the handles by
 * which views let commands reach them. Made once in main.tsx, passed down by React's context; there
 * is no module state.
 */
import { createContext, useContext } from 'react';
import { createStore, type StoreApi, useStore } from 'zustand';
import { LabError, toLabError } from '#protocol/errors.ts';
import type { LabClient } from '#protocol/client.ts';
import type { CommandId } from '#renderer/commands/command-id.ts';
import { explain } from '#renderer/model/explain-error.ts';
import type { Platform } from '#renderer/model/keybinding.ts';
import { INITIAL_STATE, type LabState, type NodeAddress } from '#renderer/model/lab-state.ts';
import {
  INITIAL_UI,
  type Notice,
  type NoticeLevel,
  type UiState,
  withNotice,
} from '#renderer/model/ui-state.ts';

/** The terminal that has or last had the focus, as commands see it. */
export interface TerminalHandle {
  readonly address: NodeAddress;
  find(): void;
  copy(): Promise<void>;
  paste(): Promise<void>;
  selectAll(): void;
  clear(): void;
  scrollToBottom(): void;
  focus(): void;
  hasSelection(): boolean;
  /** A program uses the whole screen (vi, less): keys like Ctrl-F are its own. */
  isFullScreen(): boolean;
}

/** The docked panes, as commands see them. */
export interface DockHandle {
  showConsole(address: NodeAddress): void;
  openTerminal(address: NodeAddress): void;
  showZfs(address: NodeAddress): void;
  step(by: 1 | -1): void;
  closeActive(): void;
  split(direction: 'right' | 'below'): void;
  reset(): void;
  focus(): void;
  /** Whether there is an active pane. */
  hasActive(): boolean;
}

/** The link to the lab process; connection.ts implements it. */
export interface LabLink {
  /** Throws LabError `disconnected` while there is no connection. */
  client(): LabClient;
  reconnect(): void;
  refreshLabs(): Promise<void>;
}

export interface Workbench {
  readonly lab: StoreApi<LabState>;
  readonly ui: StoreApi<UiState>;
  readonly platform: Platform;
  /** Set by the connection before the first render. */
  link: LabLink;
  terminal: TerminalHandle | undefined;
  dock: DockHandle | undefined;
  /** Asks the person for a file; set by the library's view, which owns the input element. */
  chooseFile: (() => void) | undefined;
  run: (command: CommandId) => void;
  /** Numbers for notices and transfers. */
  readonly nextId: () => number;
}

const UNLINKED: LabLink = {
  client: () => {
    throw new LabError('disconnected', 'Cannot reach the lab: there is no connection');
  },
  reconnect: () => {},
  refreshLabs: () => Promise.resolve(),
};

export function createWorkbench(platform: Platform): Workbench {
  let lastId = 0;
  return {
    lab: createStore<LabState>()(() => INITIAL_STATE),
    ui: createStore<UiState>()(() => INITIAL_UI),
    platform,
    link: UNLINKED,
    terminal: undefined,
    dock: undefined,
    chooseFile: undefined,
    run: () => {},
    nextId: () => {
      lastId += 1;
      return lastId;
    },
  };
}

/** Shows any thrown value to the person: what happened, why, what to do. */
export function report(bench: Workbench, thrown: unknown): void {
  const error = toLabError(thrown);
  // The person's own "no", and what the bar across the window says already.
  const isKnownLost = bench.lab.getState().connection.kind !== 'online';
  if (error.code === 'cancelled' || (error.code === 'disconnected' && isKnownLost)) return;
  const { title, advice, command, isLasting } = explain(error);
  notify(bench, { level: 'error', title, advice, command }, isLasting);
}

export function notify(
  bench: Workbench,
  notice: {
    readonly level: NoticeLevel;
    readonly title: string;
    readonly advice?: string;
    readonly command?: CommandId | undefined;
  },
  isLasting = false,
): void {
  const full: Notice = {
    id: bench.nextId(),
    level: notice.level,
    title: notice.title,
    advice: notice.advice ?? '',
    command: notice.command,
    atMs: Date.now(),
  };
  bench.ui.setState((state) => withNotice(state, full, isLasting));
}

export const WorkbenchContext = createContext<Workbench | null>(null);

export function useBench(): Workbench {
  const bench = useContext(WorkbenchContext);
  if (bench === null) throw new Error('no workbench above this component');
  return bench;
}

export function useLab<T>(select: (state: LabState) => T): T {
  return useStore(useBench().lab, select);
}

export function useUi<T>(select: (state: UiState) => T): T {
  return useStore(useBench().ui, select);
}
