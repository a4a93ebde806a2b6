/**
 * The panes of the open labs. Each lab keeps its dock while it is open, so that changing labs leaves
 * its terminals alone; the hidden ones draw nothing. What is in a pane is the app's business
 * (`renderPane`): this feature knows places, not contents.
 */
import 'dockview/dist/styles/dockview.css';
import {
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  useEffect,
  useRef,
  useState,
} from 'react';
import { createPortal } from 'react-dom';
import { CommandButton } from '#renderer/commands/command-button.tsx';
import { LabDock, type Slot } from '#renderer/features/workspace/dock.ts';
import {
  type PaneParams,
  readLayout,
  writeLayout,
} from '#renderer/features/workspace/layout-storage.ts';
import { changeSettings } from '#renderer/model/actions.ts';
import type { NodeAddress } from '#renderer/model/lab-state.ts';
import { useBench, useLab, useUi } from '#renderer/model/workbench.ts';
import { Button } from '#renderer/ui/button.tsx';
import { Icon, type IconName } from '#renderer/ui/icon.tsx';

export interface PaneContent {
  readonly kind: PaneParams['kind'];
  readonly address: NodeAddress;
  readonly isVisible: boolean;
  readonly isActive: boolean;
}

export type RenderPane = (content: PaneContent) => ReactNode;

/** Changes come in storms while a sash moves. */
const SAVE_PAUSE_MS = 400;

export function Workspace({ renderPane }: { readonly renderPane: RenderPane }): ReactElement {
  const selected = useUi((state) => state.selectedLabId);
  const details = useLab((state) => state.details);
  return (
    <div className="workspace" data-region="panes">
      {[...details.keys()].map((labId) => (
        <LabPanes key={labId} labId={labId} isShown={labId === selected} renderPane={renderPane} />
      ))}
    </div>
  );
}

interface LabPanesProps {
  readonly labId: string;
  readonly isShown: boolean;
  readonly renderPane: RenderPane;
}

function LabPanes({ labId, isShown, renderPane }: LabPanesProps): ReactElement {
  const { host, slots, dock, version } = useDock(labId);
  const bench = useBench();
  useEffect(() => {
    if (dock === undefined || !isShown) return;
    bench.dock = dock;
    return () => {
      if (bench.dock === dock) bench.dock = undefined;
    };
  }, [bench, dock, isShown]);
  return (
    // Kept in its size while hidden: a dock without a size would squeeze its terminals.
    <div className="lab-panes" inert={!isShown}>
      <div ref={host} className="lab-panes-host" />
      {slots.map((slot) =>
        createPortal(
          <SlotContent
            slot={slot}
            labId={labId}
            isShown={isShown}
            version={version}
            renderPane={renderPane}
          />,
          slot.element,
          slot.id,
        ),
      )}
    </div>
  );
}

/** Makes the dock, restores its layout, and saves it when it has come to rest. */
function useDock(labId: string): {
  readonly host: React.RefObject<HTMLDivElement | null>;
  readonly slots: readonly Slot[];
  readonly dock: LabDock | undefined;
  readonly version: number;
} {
  const bench = useBench();
  const host = useRef<HTMLDivElement>(null);
  const [slots, setSlots] = useState<readonly Slot[]>([]);
  const [dock, setDock] = useState<LabDock>();
  // Counts changes, so that tabs and panes read dockview's own state afresh.
  const [version, setVersion] = useState(0);

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isReady = false;
    const nodes = (): string[] =>
      bench.lab
        .getState()
        .details.get(labId)
        ?.nodes.map((node) => node.name) ?? [];
    const save = (): void => {
      timer = undefined;
      const before = bench.lab.getState().settings.layout;
      const layout = writeLayout(before, labId, made.toJSON());
      if (layout !== before) void changeSettings(bench, { layout });
    };
    const made = new LabDock(element, () => nodes()[0], {
      slotsChanged: setSlots,
      layoutChanged: () => {
        setVersion((count) => count + 1);
        if (!isReady) return;
        clearTimeout(timer);
        timer = setTimeout(save, SAVE_PAUSE_MS);
      },
    });
    made.restore(readLayout(bench.lab.getState().settings.layout, labId, nodes()));
    isReady = true;
    // A reload must not lose what was moved a moment before.
    const leave = (): void => {
      clearTimeout(timer);
      if (timer !== undefined) save();
    };
    window.addEventListener('pagehide', leave);
    setDock(made);
    return () => {
      clearTimeout(timer);
      isReady = false;
      window.removeEventListener('pagehide', leave);
      made.dispose();
    };
  }, [bench, labId]);
  return { host, slots, dock, version };
}

interface SlotProps {
  readonly slot: Slot;
  readonly labId: string;
  readonly isShown: boolean;
  readonly version: number;
  readonly renderPane: RenderPane;
}

function SlotContent({ slot, labId, isShown, renderPane }: SlotProps): ReactNode {
  if (slot.place === 'actions') {
    return (
      <>
        <CommandButton id="terminal.new" isSmall icon="plus" />
        <CommandButton id="zfs.show" isSmall />
      </>
    );
  }
  if (slot.panel === undefined) return <EmptyDock />;
  const { params, api } = slot.panel;
  if (slot.place === 'tab') return <PaneTab slot={slot} />;
  const isActive = api.isActive && api.isGroupActive;
  return renderPane({
    kind: params.kind,
    address: { labId, node: params.node },
    isVisible: isShown && api.isVisible,
    isActive: isShown && isActive,
  });
}

const TABS: Readonly<Record<PaneParams['kind'], { icon: IconName; tip: string }>> = {
  console: { icon: 'console', tip: 'Console of' },
  terminal: { icon: 'terminal', tip: 'Shell on' },
  zfs: { icon: 'disk', tip: 'Pools and disks of' },
};

function PaneTab({ slot }: { readonly slot: Slot }): ReactElement | null {
  const panel = slot.panel;
  if (panel === undefined) return null;
  const { params, api } = panel;
  const label = params.kind === 'console' ? `${params.node}` : (api.title ?? 'Terminal');
  const { icon, tip } = TABS[params.kind];
  const close = (): void => api.close();
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Delete') close();
  };
  return (
    <div
      className="pane-tab"
      data-tip={`${tip} ${params.node}`}
      onKeyDown={onKeyDown}
      onAuxClick={(event) => {
        if (event.button === 1) close();
      }}
    >
      <Icon name={icon} size={14} />
      <span className="truncate">{label}</span>
      <Button
        look="ghost"
        icon="close"
        isSmall
        tabIndex={-1}
        className="pane-tab-close"
        label={`Close ${label}`}
        tip="Close"
        onClick={close}
      />
    </div>
  );
}

function EmptyDock(): ReactElement {
  return (
    <div className="dock-empty-text">
      <p>All panes of this lab are closed. Its node keeps running.</p>
      <div>
        <CommandButton id="console.show" look="plain">
          Show console
        </CommandButton>
        <CommandButton id="terminal.new" look="plain">
          New terminal
        </CommandButton>
      </div>
    </div>
  );
}
