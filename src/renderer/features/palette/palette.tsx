/**
 * The command palette: every command that can run now, by what is typed; then the labs to go to.
 * A combobox with a list: the focus stays in the field, arrows move the marked entry.
 */
import { type KeyboardEvent, type ReactElement, useId, useMemo, useRef, useState } from 'react';
import { availability, type Command, shownKeys } from '#renderer/commands/command.ts';
import { COMMANDS } from '#renderer/commands/commands.table.ts';
import { fuzzyMatch } from '#renderer/features/palette/fuzzy.ts';
import { openLab } from '#renderer/model/actions.ts';
import type { LabState } from '#renderer/model/lab-state.ts';
import { useBench, useLab, type Workbench } from '#renderer/model/workbench.ts';
import { Dialog } from '#renderer/ui/dialog.tsx';
import { Icon, type IconName } from '#renderer/ui/icon.tsx';
import { Keys } from '#renderer/ui/keys.tsx';

interface Entry {
  readonly id: string;
  readonly section: string;
  readonly title: string;
  readonly words: string;
  readonly icon: IconName | undefined;
  readonly keys: string | undefined;
  /** Why it can't run now. */
  readonly offReason: string | undefined;
  readonly run: () => void;
}

interface Found {
  readonly entry: Entry;
  readonly at: readonly number[];
  readonly score: number;
}

/** Not offered from inside itself. */
const SELF = 'app.palette';

function commandEntry(bench: Workbench, command: Command): Entry {
  const state = availability(command, bench);
  return {
    id: command.id,
    section: command.section,
    title: command.title,
    words: command.words ?? '',
    icon: command.icon,
    keys: shownKeys(command, bench.platform),
    offReason: state === true ? undefined : state,
    run: () => bench.run(command.id),
  };
}

function allEntries(bench: Workbench, state: LabState): Entry[] {
  const commands = COMMANDS.filter((command) => command.id !== SELF).map((command) =>
    commandEntry(bench, command),
  );
  const labs = (state.labs ?? []).map(
    (lab): Entry => ({
      id: `open:${lab.id}`,
      section: 'Go to',
      title: lab.name,
      words: 'open lab',
      icon: 'lab',
      keys: undefined,
      offReason: undefined,
      run: () => void openLab(bench, lab.id),
    }),
  );
  return [...commands, ...labs];
}

/** Entries that match, best first; those that can't run now come last. */
function search(entries: readonly Entry[], query: string): Found[] {
  const found = entries.flatMap((entry): Found[] => {
    const inTitle = fuzzyMatch(query, entry.title);
    if (inTitle !== undefined) return [{ entry, at: inTitle.at, score: inTitle.score + 5 }];
    const inWords = entry.words.split(' ').some((word) => word.startsWith(query.toLowerCase()));
    return inWords ? [{ entry, at: [], score: 0 }] : [];
  });
  const isOff = (item: Found): number => (item.entry.offReason === undefined ? 0 : 1);
  // With nothing typed the table's own order is the best one.
  return found.sort((a, b) => isOff(a) - isOff(b) || b.score - a.score);
}

export function Palette({ onClose }: { readonly onClose: () => void }): ReactElement {
  const bench = useBench();
  const listId = useId();
  const list = useRef<HTMLUListElement>(null);
  const [query, setQuery] = useState('');
  const [marked, setMarked] = useState(0);
  // Made anew with every change: what can run now may change while the palette is open.
  const labState = useLab((state) => state);
  const entries = useMemo(() => allEntries(bench, labState), [bench, labState]);
  const found = useMemo(() => search(entries, query.trim()), [entries, query]);

  const mark = (index: number): void => {
    const next = (index + found.length) % Math.max(1, found.length);
    setMarked(next);
    list.current?.querySelectorAll('[role="option"]')[next]?.scrollIntoView({ block: 'nearest' });
  };
  const choose = (item: Found | undefined): void => {
    if (item === undefined || item.entry.offReason !== undefined) return;
    onClose();
    // After the dialog gave the focus back, so that the command may move it.
    setTimeout(item.entry.run, 0);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') mark(marked + 1);
    else if (event.key === 'ArrowUp') mark(marked - 1);
    else if (event.key === 'Home' && query === '') mark(0);
    else if (event.key === 'End' && query === '') mark(found.length - 1);
    else if (event.key === 'Enter') choose(found[marked]);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog title="Command palette" className="palette" width={580} isBare onClose={onClose}>
      <div className="palette-field" onKeyDown={onKeyDown}>
        <Icon name="search" />
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={found[marked] === undefined ? undefined : `${listId}-${marked}`}
          aria-label="Type a command or the name of a lab"
          placeholder="Type a command or the name of a lab"
          spellCheck={false}
          autoComplete="off"
          data-autofocus=""
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setMarked(0);
          }}
        />
      </div>
      <ul ref={list} id={listId} className="palette-list" role="listbox" aria-label="Commands">
        {found.map((item, index) => (
          <PaletteRow
            key={item.entry.id}
            id={`${listId}-${index}`}
            item={item}
            isMarked={index === marked}
            onPoint={() => setMarked(index)}
            onChoose={() => choose(item)}
          />
        ))}
      </ul>
      {found.length === 0 ? (
        <p className="palette-none" role="status">
          No command matches “{query}”
        </p>
      ) : null}
    </Dialog>
  );
}

function PaletteRow(props: {
  readonly id: string;
  readonly item: Found;
  readonly isMarked: boolean;
  readonly onPoint: () => void;
  readonly onChoose: () => void;
}): ReactElement {
  const { entry, at } = props.item;
  return (
    <li
      id={props.id}
      role="option"
      className="palette-row"
      aria-selected={props.isMarked}
      aria-disabled={entry.offReason === undefined ? undefined : true}
      onPointerMove={props.onPoint}
      onClick={props.onChoose}
    >
      <span className="palette-icon">
        {entry.icon === undefined ? null : <Icon name={entry.icon} size={15} />}
      </span>
      <span className="palette-title truncate">
        <Emphasis text={entry.title} at={at} />
      </span>
      <span className="palette-note truncate">{entry.offReason ?? entry.section}</span>
      {entry.keys === undefined ? null : <Keys text={entry.keys} />}
    </li>
  );
}

/** The text with its matched letters bold, run by run. */
function Emphasis({ text, at }: { text: string; at: readonly number[] }): ReactElement {
  const marked = new Set(at);
  const runs: { start: number; end: number }[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const last = runs.at(-1);
    if (last !== undefined && marked.has(index) === marked.has(last.start)) last.end = index + 1;
    else runs.push({ start: index, end: index + 1 });
  }
  return (
    <>
      {runs.map(({ start, end }) => {
        const part = text.slice(start, end);
        return marked.has(start) ? <b key={start}>{part}</b> : part;
      })}
    </>
  );
}
