/**
 * A console or terminal as a pane: the screen, the find bar above it, the hint that there is newer
 * output below, the note when it ended, and the context menu.
 */
import '@xterm/xterm/css/xterm.css';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { commandMenuItem } from '#renderer/commands/command-button.tsx';
import { FindBar } from '#renderer/features/console/find-bar.tsx';
import { type PaneKind, TermSession } from '#renderer/features/console/term-session.ts';
import type { NodeAddress } from '#renderer/model/lab-state.ts';
import { useBench, type Workbench } from '#renderer/model/workbench.ts';
import { Button } from '#renderer/ui/button.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { Menu, type MenuAnchor, type MenuItem } from '#renderer/ui/menu.tsx';

export interface TermPaneProps {
  readonly kind: PaneKind;
  readonly address: NodeAddress;
  /** The pane's tab is in front. */
  readonly isVisible: boolean;
  /** The pane is the active one of the dock: its terminal takes the focus and the commands. */
  readonly isActive: boolean;
}

export function TermPane({ kind, address, isVisible, isActive }: TermPaneProps): ReactElement {
  const bench = useBench();
  const host = useRef<HTMLDivElement>(null);
  const { labId, node } = address;
  const [session, setSession] = useState<TermSession>();

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const made = new TermSession(bench, kind, { labId, node });
    made.mount(element);
    setSession(made);
    return () => {
      if (bench.terminal === made) bench.terminal = undefined;
      made.dispose();
    };
  }, [bench, kind, labId, node]);

  useEffect(() => session?.setVisible(isVisible), [session, isVisible]);

  useEffect(() => {
    if (session === undefined || !isActive || !isVisible) return;
    bench.terminal = session;
    bench.ui.setState({ selectedNode: session.address });
    // Only when nobody else is being used: a click in the library keeps its focus there.
    if (document.activeElement === document.body) session.focus();
  }, [bench, session, isActive, isVisible]);

  return (
    <div
      className="term-pane"
      onFocusCapture={() => {
        if (session !== undefined) bench.terminal = session;
      }}
    >
      {session === undefined ? null : <FindBarSlot session={session} />}
      <div className="term-body">
        {session === undefined ? null : <EmptyMark session={session} />}
        <div ref={host} className="term-host" />
        {session === undefined ? null : (
          <TermOverlays bench={bench} session={session} kind={kind} />
        )}
      </div>
      {session === undefined ? null : (
        <TermContextMenu bench={bench} session={session} host={host} />
      )}
    </div>
  );
}

function FindBarSlot({ session }: { session: TermSession }): ReactElement | null {
  const isFinding = useStore(session.state, (state) => state.isFinding);
  return isFinding ? <FindBar session={session} /> : null;
}

/** For style sheets: nothing was printed here yet. */
function EmptyMark({ session }: { session: TermSession }): ReactElement | null {
  const isEmpty = useStore(session.state, (state) => state.isEmpty);
  return isEmpty ? <span hidden data-empty="" /> : null;
}

interface OverlayProps {
  readonly bench: Workbench;
  readonly session: TermSession;
  readonly kind: PaneKind;
}

function TermOverlays({ bench, session, kind }: OverlayProps): ReactElement {
  const { status, message, isAtBottom, hasNewBelow } = useStore(session.state);
  const isOffline = bench.lab.getState().connection.kind !== 'online';
  return (
    <>
      {isAtBottom ? null : (
        <button
          type="button"
          className={hasNewBelow ? 'term-newer term-newer-fresh' : 'term-newer'}
          onClick={() => session.scrollToBottom()}
        >
          <Icon name="arrowDown" size={14} />
          {hasNewBelow ? 'New output' : 'To the end'}
        </button>
      )}
      {status === 'ended' && !isOffline ? (
        <div className="term-ended" role="status">
          <span>{message}</span>
          <Button isSmall onClick={() => session.restart()}>
            {kind === 'console' ? 'Attach again' : 'New shell'}
          </Button>
        </div>
      ) : null}
    </>
  );
}

interface ContextMenuProps {
  readonly bench: Workbench;
  readonly session: TermSession;
  readonly host: React.RefObject<HTMLDivElement | null>;
}

function TermContextMenu({ bench, session, host }: ContextMenuProps): ReactElement | null {
  const [anchor, setAnchor] = useState<MenuAnchor>();
  useEffect(() => {
    const element = host.current;
    const opened = (event: MouseEvent): void => {
      event.preventDefault();
      event.stopPropagation();
      bench.terminal = session;
      const { clientX: x, clientY: y } = event;
      setAnchor({ left: x, right: x, top: y, bottom: y });
    };
    // Capture: xterm would move its textarea under the pointer for the browser's own menu.
    element?.addEventListener('contextmenu', opened, { capture: true });
    return () => element?.removeEventListener('contextmenu', opened, { capture: true });
  }, [bench, session, host]);
  if (anchor === undefined) return null;
  return (
    <Menu
      label="Console actions"
      items={contextItems(bench)}
      anchor={anchor}
      onClose={() => {
        setAnchor(undefined);
        session.focus();
      }}
    />
  );
}

function contextItems(bench: Workbench): MenuItem[] {
  return [
    commandMenuItem(bench, 'console.copy', { label: 'Copy' }),
    commandMenuItem(bench, 'console.paste', { label: 'Paste' }),
    commandMenuItem(bench, 'console.selectAll', { label: 'Select all' }),
    commandMenuItem(bench, 'console.find', { label: 'Find…', hasLineAbove: true }),
    commandMenuItem(bench, 'console.clear', { label: 'Clear' }),
    commandMenuItem(bench, 'terminal.new', { hasLineAbove: true }),
  ];
}
