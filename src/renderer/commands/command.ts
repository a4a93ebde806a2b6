/**
 * What a command is. Menus, buttons, the palette, the shortcuts and the cheat sheet all read the one
 * table of commands; this file has the shape of its rows and the questions asked of them.
 */
import type { IconName } from '#renderer/ui/icon.tsx';
import type { CommandId } from '#renderer/commands/command-id.ts';
import { formatBinding, parseBinding, type Platform } from '#renderer/model/keybinding.ts';
import type { Workbench } from '#renderer/model/workbench.ts';

export type Section = 'Node' | 'Console' | 'Lab' | 'View' | 'App';

/**
 * `terminal` says whether the shortcut is taken from a focused terminal: `yes`, `no`, or `unlessFull`:
 * not while a program uses the whole screen. With Command (macOS) it always is: no program gets that.
 */
export interface Binding {
  readonly press: string;
  readonly terminal?: 'yes' | 'no' | 'unlessFull';
}

/** True: it can run. Text: why it can't, for the tooltip. */
export type Availability = true | string;

export interface Command {
  readonly id: CommandId;
  readonly title: string;
  /** Other words people look for. */
  readonly words?: string;
  readonly section: Section;
  readonly icon?: IconName;
  readonly keys?: readonly Binding[];
  readonly isDanger?: boolean;
  readonly when?: (bench: Workbench) => Availability;
  readonly run: (bench: Workbench) => void | Promise<unknown>;
}

export function availability(command: Command, bench: Workbench): Availability {
  return command.when?.(bench) ?? true;
}

/** The first shortcut, as caps; undefined without one. */
export function shownKeys(command: Command, platform: Platform): string | undefined {
  const first = command.keys?.[0];
  return first === undefined ? undefined : formatBinding(first.press, platform);
}

/** Where the focus is, as far as shortcuts care. */
export type FocusPlace = 'terminal' | 'text' | 'other';

/** Whether a shortcut counts at a place. Keys that type something never count while typing. */
export function countsAt(
  binding: Binding,
  place: FocusPlace,
  isFullScreen: boolean,
  platform: Platform,
): boolean {
  const { ctrl, meta, alt, key } = parseBinding(binding.press, platform);
  const isTyping = !ctrl && !meta && !alt && key.length === 1;
  if (place === 'other') return true;
  if (isTyping) return false;
  if (place === 'text' || meta) return true;
  if (binding.terminal === 'yes') return true;
  return binding.terminal === 'unlessFull' && !isFullScreen;
}
