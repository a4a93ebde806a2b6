/**
 * A lab's docked panes: dockview without its looks, and the answers to commands. React draws into the
 * panes' and tabs' elements by portals, so a pane keeps its terminal when it is moved.
 */
import {
  createDockview,
  type DockviewApi,
  type DockviewPanelApi,
  type IContentRenderer,
  type IHeaderActionsRenderer,
  type ITabRenderer,
  type IWatermarkRenderer,
  type SerializedDockview,
} from 'dockview';
import { isPaneParams, type PaneParams } from '#renderer/features/workspace/layout-storage.ts';
import type { NodeAddress } from '#renderer/model/lab-state.ts';
import type { DockHandle } from '#renderer/model/workbench.ts';

/** An element of the dock that React fills. */
export interface Slot {
  readonly id: string;
  readonly place: 'pane' | 'tab' | 'empty' | 'actions';
  readonly element: HTMLElement;
  /** Undefined for what belongs to a group: its actions, or the note when no pane is open. */
  readonly panel: { readonly params: PaneParams; readonly api: DockviewPanelApi } | undefined;
}

export interface DockEvents {
  slotsChanged(slots: readonly Slot[]): void;
  /** Something was moved, opened, closed or brought to the front. */
  layoutChanged(): void;
}

/** For a new pane's terminal, about a second. */
const FRAMES_TO_WAIT = 60;
/** Below this width a second group is put under the first instead of beside it. */
const LEAST_SIDE_BY_SIDE_PX = 720;

export class LabDock implements DockHandle {
  readonly #api: DockviewApi;
  readonly #events: DockEvents;
  readonly #slots = new Map<string, Slot>();
  readonly #firstNode: () => string | undefined;
  #lastNumber = 0;

  constructor(element: HTMLElement, firstNode: () => string | undefined, events: DockEvents) {
    this.#events = events;
    this.#firstNode = firstNode;
    this.#api = createDockview(element, {
      theme: { name: 'lab', className: 'dockview-theme-lab', dndTabIndicator: 'line' },
      disableFloatingGroups: true,
      scrollbars: 'native',
      keyboardNavigation: false,
      createComponent: () => this.#slot('pane'),
      createTabComponent: () => this.#slot('tab'),
      createWatermarkComponent: () => this.#groupSlot('empty'),
      createLeftHeaderActionComponent: () => this.#groupSlot('actions'),
      defaultTabComponent: 'tab',
    });
    this.#api.onDidLayoutChange(() => events.layoutChanged());
    this.#api.onDidActivePanelChange(() => events.layoutChanged());
  }

  get api(): DockviewApi {
    return this.#api;
  }

  #slot(place: 'pane' | 'tab'): IContentRenderer & ITabRenderer {
    const element = document.createElement('div');
    element.className = `dock-${place}`;
    let key: string | undefined;
    return {
      element,
      init: ({ api, params }) => {
        if (!isPaneParams(params)) return;
        key = `${place}:${api.id}:${this.#nextNumber()}`;
        this.#slots.set(key, { id: key, place, element, panel: { params, api } });
        this.#publish();
      },
      dispose: () => {
        if (key !== undefined) this.#slots.delete(key);
        this.#publish();
      },
    };
  }

  #groupSlot(place: 'empty' | 'actions'): IWatermarkRenderer & IHeaderActionsRenderer {
    const element = document.createElement('div');
    element.className = `dock-${place}`;
    const id = `${place}:${this.#nextNumber()}`;
    return {
      element,
      init: () => {
        this.#slots.set(id, { id, place, element, panel: undefined });
        this.#publish();
      },
      dispose: () => {
        this.#slots.delete(id);
        this.#publish();
      },
    };
  }

  #nextNumber(): number {
    this.#lastNumber += 1;
    return this.#lastNumber;
  }

  #publish(): void {
    this.#events.slotsChanged([...this.#slots.values()]);
  }

  /** Shows the stored layout; the usual one when there is none or it does not fit. */
  restore(layout: SerializedDockview | undefined): void {
    if (layout !== undefined) {
      try {
        this.#api.fromJSON(layout);
        return;
      } catch {
        this.#api.clear();
      }
    }
    this.reset();
  }

  toJSON(): SerializedDockview {
    return this.#api.toJSON();
  }

  reset(): void {
    this.#api.clear();
    const node = this.#firstNode();
    if (node !== undefined) this.#addConsole(node);
  }

  #addConsole(node: string): void {
    this.#api.addPanel<PaneParams>({
      id: `console:${node}`,
      component: 'pane',
      tabComponent: 'tab',
      title: node,
      params: { kind: 'console', node },
      minimumWidth: 200,
      minimumHeight: 120,
    });
  }

  showConsole({ node }: NodeAddress): void {
    const known = this.#api.getPanel(`console:${node}`);
    if (known === undefined) this.#addConsole(node);
    else known.api.setActive();
  }

  openTerminal({ node }: NodeAddress): void {
    let number = 1;
    while (this.#api.getPanel(`terminal:${node}:${number}`) !== undefined) number += 1;
    this.#api.addPanel<PaneParams>({
      id: `terminal:${node}:${number}`,
      component: 'pane',
      tabComponent: 'tab',
      title: number === 1 ? 'Terminal' : `Terminal ${number}`,
      params: { kind: 'terminal', node },
      minimumWidth: 200,
      minimumHeight: 120,
    });
    this.focus();
  }

  showZfs({ node }: NodeAddress): void {
    const known = this.#api.getPanel(`zfs:${node}`);
    if (known !== undefined) known.api.setActive();
    else {
      this.#api.addPanel<PaneParams>({
        id: `zfs:${node}`,
        component: 'pane',
        tabComponent: 'tab',
        title: 'ZFS',
        params: { kind: 'zfs', node },
        minimumWidth: 260,
        minimumHeight: 160,
      });
    }
    this.focus();
  }

  step(by: 1 | -1): void {
    const panels = this.#api.groups.flatMap((group) => group.panels);
    const at = panels.findIndex((panel) => panel.id === this.#api.activePanel?.id);
    panels[(at + by + panels.length) % panels.length]?.api.setActive();
    this.focus();
  }

  closeActive(): void {
    this.#api.activePanel?.api.close();
  }

  split(direction: 'right' | 'below'): void {
    const panel = this.#api.activePanel;
    // A pane that is alone in its group has nowhere to go from.
    if (panel === undefined || panel.group.panels.length < 2) return;
    const isNarrow = this.#api.width < LEAST_SIDE_BY_SIDE_PX;
    const position = direction === 'below' || isNarrow ? 'bottom' : 'right';
    panel.api.moveTo({ group: panel.group, position });
    this.focus();
  }

  focus(): void {
    // A pane that was just opened gets its terminal some frames later.
    const look = (framesLeft: number): void => {
      const element = this.#api.activePanel?.view.content.element;
      const wanted = element?.querySelector<HTMLElement>('.xterm textarea, [data-pane-focus]');
      if (wanted !== null && wanted !== undefined) wanted.focus();
      else if (framesLeft > 0) requestAnimationFrame(() => look(framesLeft - 1));
    };
    look(FRAMES_TO_WAIT);
  }

  hasActive(): boolean {
    return this.#api.activePanel !== undefined;
  }

  dispose(): void {
    this.#api.dispose();
  }
}
