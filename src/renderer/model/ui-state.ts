/**
 * What the window itself is doing: the selection, the open dialog, notices, the side bar. Nothing
 * here is known to the lab process.
 */
import type { CommandId } from '#renderer/commands/command-id.ts';
import type { NodeAddress } from '#renderer/model/lab-state.ts';

export type DialogState =
  | { readonly kind: 'palette' }
  | { readonly kind: 'cheatSheet' }
  | { readonly kind: 'settings' }
  | { readonly kind: 'newLab' }
  | { readonly kind: 'rename'; readonly labId: string }
  | { readonly kind: 'remove'; readonly labId: string }
  | { readonly kind: 'problems' }
  | {
      readonly kind: 'confirm';
      readonly title: string;
      readonly text: string;
      readonly confirmLabel: string;
      readonly onConfirm: () => void;
    };

export type NoticeLevel = 'info' | 'warning' | 'error';

export interface Notice {
  readonly id: number;
  readonly level: NoticeLevel;
  readonly title: string;
  readonly advice: string;
  readonly command: CommandId | undefined;
  readonly atMs: number;
}

/** Something that takes a while, with its bar: an export, an import. */
export interface Transfer {
  readonly id: number;
  readonly title: string;
  readonly doneBytes: number;
  /** Undefined while unknown. */
  readonly totalBytes: number | undefined;
  readonly cancel: () => void;
}

export interface UiState {
  readonly dialog: DialogState | null;
  readonly selectedLabId: string | null;
  /** The node that power controls and the status bar are about. */
  readonly selectedNode: NodeAddress | null;
  readonly isSidebarVisible: boolean;
  readonly sidebarWidthPx: number;
  readonly toasts: readonly Notice[];
  readonly problems: readonly Notice[];
  readonly transfers: readonly Transfer[];
  /** Keys of what has been asked and not answered: `create`, `powerOn:ID/NODE`. */
  readonly pending: ReadonlySet<string>;
  /** Consoles keep a text copy of their screen for screen readers; it costs speed. */
  readonly isReadAloud: boolean;
  /** For the live region. */
  readonly announcement: string;
}

export const SIDEBAR_WIDTH = { least: 180, usual: 248, most: 440 } as const;
const TOASTS_SHOWN = 4;
const PROBLEMS_KEPT = 50;

export const INITIAL_UI: UiState = {
  dialog: null,
  selectedLabId: null,
  selectedNode: null,
  isSidebarVisible: true,
  sidebarWidthPx: SIDEBAR_WIDTH.usual,
  toasts: [],
  problems: [],
  transfers: [],
  pending: new Set(),
  isReadAloud: false,
  announcement: '',
};

/** Shows a notice; a lasting one stays in the list of problems. The same words do not pile up. */
export function withNotice(state: UiState, notice: Notice, isLasting: boolean): UiState {
  const isOther = (known: Notice): boolean =>
    known.title !== notice.title || known.level !== notice.level;
  return {
    ...state,
    announcement: `${notice.title}. ${notice.advice}`,
    toasts: [...state.toasts.filter(isOther), notice].slice(-TOASTS_SHOWN),
    problems: isLasting
      ? [notice, ...state.problems.filter(isOther)].slice(0, PROBLEMS_KEPT)
      : state.problems,
  };
}

export function withoutToast(state: UiState, id: number): UiState {
  return { ...state, toasts: state.toasts.filter((notice) => notice.id !== id) };
}

export function withPending(state: UiState, key: string, isPending: boolean): UiState {
  const pending = new Set(state.pending);
  if (isPending) pending.add(key);
  else pending.delete(key);
  return { ...state, pending };
}

export function withTransfer(state: UiState, transfer: Transfer): UiState {
  const isKnown = state.transfers.some((other) => other.id === transfer.id);
  const transfers = isKnown
    ? state.transfers.map((other) => (other.id === transfer.id ? transfer : other))
    : [...state.transfers, transfer];
  return { ...state, transfers };
}

export function withoutTransfer(state: UiState, id: number): UiState {
  return { ...state, transfers: state.transfers.filter((transfer) => transfer.id !== id) };
}

export function clampSidebar(widthPx: number): number {
  return Math.round(Math.max(SIDEBAR_WIDTH.least, Math.min(SIDEBAR_WIDTH.most, widthPx)));
}
