/**
 * The side bar's list of labs and their nodes: a tree with one tab stop. Enter opens or selects, the
 * context menu (key, right click or the row's button) has the rest.
 */
import { type KeyboardEvent, type ReactElement, useEffect, useMemo, useRef, useState } from 'react';
import type { LabSummary } from '#protocol/model.ts';
import { commandMenuItem, CommandButton } from '#renderer/commands/command-button.tsx';
import { libraryRows, type Row, rowForKey } from '#renderer/features/library/rows.ts';
import { openLab } from '#renderer/model/actions.ts';
import { meaningOf } from '#renderer/model/node-state.ts';
import { importLab } from '#renderer/model/transfer.ts';
import { useBench, useLab, useUi, type Workbench } from '#renderer/model/workbench.ts';
import { Button } from '#renderer/ui/button.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { Lamp } from '#renderer/ui/lamp.tsx';
import { Menu, type MenuAnchor, type MenuItem } from '#renderer/ui/menu.tsx';

export function Library(): ReactElement {
  const bench = useBench();
  const labs = useLab((state) => state.labs);
  const details = useLab((state) => state.details);
  const rows = useMemo(() => libraryRows(labs ?? [], details), [labs, details]);
  return (
    <nav className="library" aria-label="Library" data-region="library">
      <header className="library-head">
        <h2>Labs</h2>
        <CommandButton id="library.import" isSmall tip="Import a lab from a file" />
        <CommandButton id="library.newLab" isSmall tip="Create a lab" />
      </header>
      {labs !== null && labs.length === 0 ? (
        <p className="library-empty">Your labs are listed here.</p>
      ) : (
        <Tree bench={bench} rows={rows} />
      )}
      <ImportInput bench={bench} />
    </nav>
  );
}

interface OpenMenu {
  readonly row: Row;
  readonly anchor: MenuAnchor;
}

function Tree({ bench, rows }: { bench: Workbench; rows: readonly Row[] }): ReactElement {
  const list = useRef<HTMLDivElement>(null);
  const selectedLab = useUi((state) => state.selectedLabId);
  const selectedNode = useUi((state) => state.selectedNode?.node);
  const [stop, setStop] = useState<string>();
  const [menu, setMenu] = useState<OpenMenu>();
  const selectedId =
    selectedNode === undefined ? selectedLab : `${selectedLab ?? ''}/${selectedNode}`;
  const stopId = rows.some((row) => row.id === stop) ? stop : (selectedId ?? rows[0]?.id);

  const openMenuAt = (row: Row, anchor: MenuAnchor): void => {
    choose(bench, row);
    setMenu({ row, anchor });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = rows.findIndex((row) => row.id === stopId);
    const row = rows[at];
    if (row === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = rowForKey(rows, at, event.key);
    if (next === undefined && !onRowKey(bench, row, event.key)) return;
    event.preventDefault();
    if (next === undefined) return;
    setStop(rows[next]?.id);
    list.current?.querySelectorAll<HTMLElement>('[role="treeitem"]')[next]?.focus();
  };

  return (
    <div
      ref={list}
      className="library-tree"
      role="tree"
      tabIndex={-1}
      aria-label="Labs and their nodes"
      onKeyDown={onKeyDown}
    >
      {rows.map((row) => (
        <TreeRow
          key={row.id}
          row={row}
          isSelected={
            row.id === selectedId ||
            (row.kind === 'lab' && row.id === selectedLab && selectedNode === undefined)
          }
          isStop={row.id === stopId}
          onFocus={() => setStop(row.id)}
          onChoose={() => choose(bench, row)}
          onMenu={(anchor) => openMenuAt(row, anchor)}
        />
      ))}
      {menu === undefined ? null : (
        <Menu
          label={`Actions for ${menu.row.kind === 'lab' ? menu.row.lab.name : menu.row.node.name}`}
          items={rowMenu(bench, menu.row)}
          anchor={menu.anchor}
          onClose={() => setMenu(undefined)}
        />
      )}
    </div>
  );
}

function choose(bench: Workbench, row: Row): void {
  if (row.kind === 'node') {
    const address = { labId: row.lab.id, node: row.node.name };
    bench.ui.setState({ selectedLabId: row.lab.id, selectedNode: address });
    bench.dock?.showConsole(address);
  } else {
    void openLab(bench, row.lab.id);
  }
}

function onRowKey(bench: Workbench, row: Row, key: string): boolean {
  if (key === 'Enter' || key === ' ') {
    choose(bench, row);
    if (row.kind === 'node') bench.dock?.focus();
    return true;
  }
  if (row.kind !== 'lab') return false;
  if (key === 'F2') bench.ui.setState({ dialog: { kind: 'rename', labId: row.lab.id } });
  else if (key === 'Delete') bench.ui.setState({ dialog: { kind: 'remove', labId: row.lab.id } });
  else return false;
  return true;
}

function rowMenu(bench: Workbench, row: Row): MenuItem[] {
  const item = (...args: [Parameters<typeof commandMenuItem>[1], Partial<MenuItem>?]): MenuItem =>
    commandMenuItem(bench, ...args);
  if (row.kind === 'node') {
    return [
      item('node.powerOn'),
      item('node.shutDown'),
      item('node.reset'),
      item('console.show', { hasLineAbove: true }),
      item('terminal.new'),
      item('node.kill', { hasLineAbove: true }),
      item('node.nmi'),
    ];
  }
  return [
    item('lab.rename'),
    item('lab.export'),
    item('lab.close'),
    item('lab.remove', { hasLineAbove: true }),
  ];
}

interface TreeRowProps {
  readonly row: Row;
  readonly isSelected: boolean;
  readonly isStop: boolean;
  readonly onFocus: () => void;
  readonly onChoose: () => void;
  readonly onMenu: (anchor: MenuAnchor) => void;
}

function TreeRow(props: TreeRowProps): ReactElement {
  const { row, isSelected } = props;
  const isLab = row.kind === 'lab';
  return (
    <div
      role="treeitem"
      className={`library-row library-row-${row.kind}`}
      aria-level={isLab ? 1 : 2}
      aria-selected={isSelected}
      aria-expanded={isLab ? row.isOpen : undefined}
      aria-label={isLab ? labLabel(row.lab) : nodeLabel(row)}
      tabIndex={props.isStop ? 0 : -1}
      data-region-focus={props.isStop ? '' : undefined}
      data-testid={isLab ? 'lab-row' : 'node-row'}
      onFocus={props.onFocus}
      onClick={props.onChoose}
      onContextMenu={(event) => {
        event.preventDefault();
        props.onMenu(anchorFor(event.currentTarget, event.clientX, event.clientY));
      }}
    >
      {isLab ? <LabCells lab={row.lab} isOpen={row.isOpen} /> : <NodeCells row={row} />}
      <Button
        look="ghost"
        icon="more"
        isSmall
        tabIndex={-1}
        className="library-more"
        label={`Actions for ${isLab ? row.lab.name : row.node.name}`}
        onClick={() => {
          const element = document.activeElement?.getBoundingClientRect();
          if (element !== undefined) props.onMenu(element);
        }}
      />
    </div>
  );
}

/** The pointer's place, or the row's left end when the menu key was pressed. */
function anchorFor(row: Element, x: number, y: number): MenuAnchor {
  const box = row.getBoundingClientRect();
  if (x !== 0 || y !== 0) return { left: x, right: x, top: y, bottom: y };
  return { left: box.left + 24, right: box.right, top: box.top, bottom: box.bottom };
}

const LAB_STATE_WORDS: Readonly<Record<LabSummary['state'], string>> = {
  open: '',
  closed: '',
  locked: 'In use',
  damaged: 'Damaged',
  missing: 'Folder is gone',
};

function LabCells({ lab, isOpen }: { lab: LabSummary; isOpen: boolean }): ReactElement {
  const word = LAB_STATE_WORDS[lab.state];
  const isBad = lab.state === 'damaged' || lab.state === 'missing';
  return (
    <>
      <Icon name="lab" className={isOpen ? 'library-lab-open' : 'library-lab-closed'} />
      <span className="library-name truncate">{lab.name}</span>
      {word === '' ? null : (
        <span
          className={isBad ? 'library-note library-note-bad' : 'library-note'}
          data-tip={lab.problem}
        >
          {isBad ? <Icon name="warning" size={13} /> : null}
          {word}
        </span>
      )}
      {word === '' && !isOpen && lab.activeNodeCount > 0 ? <Lamp state="on" /> : null}
    </>
  );
}

function NodeCells({ row }: { row: Row & { kind: 'node' } }): ReactElement {
  const { word, lamp } = meaningOf(row.node.state);
  return (
    <>
      <Lamp state={lamp} />
      <span className="library-name truncate">{row.node.name}</span>
      <span className="library-note">{word}</span>
    </>
  );
}

function labLabel(lab: LabSummary): string {
  const word = LAB_STATE_WORDS[lab.state];
  return word === '' ? `Lab ${lab.name}` : `Lab ${lab.name}, ${word.toLowerCase()}`;
}

function nodeLabel(row: Row & { kind: 'node' }): string {
  return `Node ${row.node.name}, ${meaningOf(row.node.state).word.toLowerCase()}`;
}

function ImportInput({ bench }: { bench: Workbench }): ReactElement {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    bench.chooseFile = () => input.current?.click();
    return () => {
      bench.chooseFile = undefined;
    };
  }, [bench]);
  return (
    <input
      ref={input}
      type="file"
      hidden
      aria-label="Lab file to import"
      onChange={(event) => {
        const file = event.target.files?.[0];
        event.target.value = '';
        if (file !== undefined) void importLab(bench, file);
      }}
    />
  );
}
