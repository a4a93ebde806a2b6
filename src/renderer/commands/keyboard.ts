/**
 * The one listener for shortcuts, in the capture phase, so that a terminal never sees a key the
 * window takes and the window never takes one that is the terminal's.
 */
import {
  availability,
  type Command,
  countsAt,
  type FocusPlace,
} from '#renderer/commands/command.ts';
import { commandById, COMMANDS } from '#renderer/commands/commands.table.ts';
import type { CommandId } from '#renderer/commands/command-id.ts';
import { type Keystroke, matchesBinding } from '#renderer/model/keybinding.ts';
import { notify, report, type Workbench } from '#renderer/model/workbench.ts';

/** Runs a command if it can be run now, and says why when not. */
export function runCommand(bench: Workbench, id: CommandId): void {
  const command = commandById(id);
  const state = availability(command, bench);
  if (state !== true) {
    notify(bench, { level: 'info', title: `Cannot do "${command.title}" now`, advice: state });
    return;
  }
  Promise.resolve(command.run(bench)).catch((thrown: unknown) => report(bench, thrown));
}

/** The command a key means at a place, or undefined when the key is not ours. */
export function findCommand(
  stroke: Keystroke,
  place: FocusPlace,
  bench: Workbench,
): Command | undefined {
  const isFull = place === 'terminal' && bench.terminal?.isFullScreen() === true;
  return COMMANDS.find((command) =>
    command.keys?.some(
      (binding) =>
        matchesBinding(binding.press, stroke, bench.platform) &&
        countsAt(binding, place, isFull, bench.platform),
    ),
  );
}

function placeOf(target: EventTarget | null): FocusPlace {
  if (!(target instanceof Element)) return 'other';
  if (target.closest('.xterm') !== null) return 'terminal';
  return target.closest('input, textarea, select, [contenteditable]') === null ? 'other' : 'text';
}

export function listenForShortcuts(bench: Workbench, signal: AbortSignal): void {
  const pressed = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const command = findCommand(event, placeOf(event.target), bench);
    if (command === undefined) return;
    // A dialog has the keyboard to itself: only the palette's own key closes and opens it.
    if (document.querySelector('dialog[open]') !== null) return;
    event.preventDefault();
    event.stopPropagation();
    runCommand(bench, command.id);
  };
  window.addEventListener('keydown', pressed, { capture: true, signal });
}
