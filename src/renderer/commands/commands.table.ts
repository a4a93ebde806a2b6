/**
 * The one table of commands. A row feeds the palette, menus, buttons, shortcuts and the cheat sheet.
 * Shortcuts leave a focused terminal its keys; those marked `terminal` are the chosen exceptions, and
 * none of them is a control character that a shell or an editor knows.
 */
import type { Availability, Command } from '#renderer/commands/command.ts';
import type { CommandId } from '#renderer/commands/command-id.ts';
import { changeSettings, closeLab, power, selectedNodeState } from '#renderer/model/actions.ts';
import { isAllowed, type PowerAction, whyNot } from '#renderer/model/node-state.ts';
import { exportLab } from '#renderer/model/transfer.ts';
import { notify, report, type Workbench } from '#renderer/model/workbench.ts';

const FONT_SIZE_PX = { least: 6, most: 48, usual: 14 } as const;

const isOnline = (bench: Workbench): Availability =>
  bench.lab.getState().connection.kind === 'online' || 'There is no connection to the lab';

const hasLab = (bench: Workbench): Availability =>
  bench.ui.getState().selectedLabId !== null || 'Choose a lab first';

const hasNode = (bench: Workbench): Availability =>
  selectedNodeState(bench) !== undefined || 'Open a lab first';

const hasTerminal = (bench: Workbench): Availability =>
  bench.terminal !== undefined || 'Click into a console or terminal first';

const hasPane = (bench: Workbench): Availability =>
  bench.dock?.hasActive() === true || 'There is no open pane';

const can =
  (action: PowerAction) =>
  (bench: Workbench): Availability => {
    const state = selectedNodeState(bench)?.state;
    return isAllowed(state, action) || whyNot(state, action);
  };

const doPower =
  (action: PowerAction) =>
  async (bench: Workbench): Promise<void> => {
    const address = bench.ui.getState().selectedNode;
    if (address === null) return;
    const mustAsk = action !== 'powerOn' && action !== 'shutDown';
    const question = QUESTIONS[action];
    if (!mustAsk || question === undefined || !bench.lab.getState().settings.confirmDestructive) {
      await power(bench, address, action);
      return;
    }
    bench.ui.setState({
      dialog: {
        kind: 'confirm',
        ...question(address.node),
        onConfirm: () => void power(bench, address, action),
      },
    });
  };

interface Question {
  readonly title: string;
  readonly text: string;
  readonly confirmLabel: string;
}

const QUESTIONS: Partial<Record<PowerAction, (node: string) => Question>> = {
  reset: (node) => ({
    title: `Reset ${node}?`,
    text: 'The node restarts at once. Running programs get no chance to save.',
    confirmLabel: 'Reset',
  }),
  kill: (node) => ({
    title: `Force ${node} off?`,
    text: 'The power is cut at once. Programs cannot save; what is on the disks stays.',
    confirmLabel: 'Force off',
  }),
  nmi: (node) => ({
    title: `Panic ${node} on purpose?`,
    text: 'An interrupt that cannot be masked stops the kernel and writes a crash dump.',
    confirmLabel: 'Send NMI',
  }),
};

const zoom =
  (to: (sizePx: number) => number) =>
  (bench: Workbench): Promise<unknown> => {
    const size = to(bench.lab.getState().settings.consoleFontSizePx);
    const clamped = Math.max(FONT_SIZE_PX.least, Math.min(FONT_SIZE_PX.most, size));
    return changeSettings(bench, { consoleFontSizePx: clamped });
  };

const theme =
  (value: 'system' | 'light' | 'dark') =>
  (bench: Workbench): Promise<unknown> =>
    changeSettings(bench, { theme: value });

const withLab = (work: (bench: Workbench, labId: string) => void) => (bench: Workbench) => {
  const { selectedLabId } = bench.ui.getState();
  if (selectedLabId !== null) work(bench, selectedLabId);
};

/** Moves the focus between the window's regions: the way out of a terminal by keyboard. */
function moveFocus(by: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter(
    (region) => region.offsetParent !== null,
  );
  if (regions.length === 0) return;
  const at = regions.findIndex((region) => region.contains(document.activeElement));
  const next = regions[(at + by + regions.length) % regions.length];
  const wanted =
    next?.querySelector<HTMLElement>('[data-region-focus]') ??
    next?.querySelector<HTMLElement>('textarea, [tabindex="0"], button, input');
  wanted?.focus();
}

const START: readonly Command[] = [
  {
    id: 'node.powerOn',
    title: 'Start node',
    words: 'power on boot',
    section: 'Node',
    icon: 'play',
    keys: [{ press: 'Mod+Shift+Enter', terminal: 'yes' }],
    when: can('powerOn'),
    run: doPower('powerOn'),
  },
];

const NODE: readonly Command[] = [
  {
    id: 'node.shutDown',
    title: 'Shut down node',
    words: 'power off acpi halt stop',
    section: 'Node',
    icon: 'power',
    when: can('shutDown'),
    run: doPower('shutDown'),
  },
  {
    id: 'node.reset',
    title: 'Reset node',
    words: 'restart reboot',
    section: 'Node',
    icon: 'reset',
    when: can('reset'),
    run: doPower('reset'),
  },
  {
    id: 'node.kill',
    title: 'Force node off',
    words: 'kill pull the plug',
    section: 'Node',
    icon: 'plug',
    isDanger: true,
    when: can('kill'),
    run: doPower('kill'),
  },
  {
    id: 'node.nmi',
    title: 'Send NMI (crash dump)',
    words: 'panic interrupt',
    section: 'Node',
    icon: 'bolt',
    isDanger: true,
    when: can('nmi'),
    run: doPower('nmi'),
  },
];

const CONSOLE: readonly Command[] = [
  {
    id: 'console.show',
    title: 'Show console',
    section: 'Console',
    icon: 'console',
    when: hasNode,
    run: (bench) => {
      const address = bench.ui.getState().selectedNode;
      if (address !== null) bench.dock?.showConsole(address);
    },
  },
  {
    id: 'terminal.new',
    title: 'New terminal',
    words: 'shell tab',
    section: 'Console',
    icon: 'terminal',
    keys: [{ press: 'Mod+Shift+`', terminal: 'yes' }],
    when: (bench) =>
      selectedNodeState(bench)?.state.kind === 'running' || 'The node has to be running',
    run: (bench) => {
      const address = bench.ui.getState().selectedNode;
      if (address !== null) bench.dock?.openTerminal(address);
    },
  },
  {
    id: 'zfs.show',
    title: 'Show ZFS pools and disks',
    words: 'zpool dataset snapshot disk map fault scrub resilver storage',
    section: 'View',
    icon: 'disk',
    keys: [{ press: 'Mod+Shift+z', terminal: 'yes' }],
    when: hasNode,
    run: (bench) => {
      const address = bench.ui.getState().selectedNode;
      if (address !== null) bench.dock?.showZfs(address);
    },
  },
  {
    id: 'console.find',
    title: 'Find in console',
    words: 'search',
    section: 'Console',
    icon: 'search',
    keys: [
      { press: 'Mod+F', terminal: 'unlessFull' },
      { press: 'Mod+Shift+F', terminal: 'yes' },
    ],
    when: hasTerminal,
    run: (bench) => bench.terminal?.find(),
  },
  {
    id: 'console.copy',
    title: 'Copy selection',
    section: 'Console',
    icon: 'copy',
    keys: [{ press: 'Mod+Shift+C', terminal: 'yes' }],
    when: (bench) => bench.terminal?.hasSelection() === true || 'Select some text first',
    run: (bench) => bench.terminal?.copy(),
  },
  {
    id: 'console.paste',
    title: 'Paste into console',
    section: 'Console',
    keys: [{ press: 'Mod+Shift+V', terminal: 'yes' }],
    when: hasTerminal,
    run: (bench) => bench.terminal?.paste(),
  },
  {
    id: 'console.selectAll',
    title: 'Select all output',
    section: 'Console',
    keys: [{ press: 'Mod+Shift+A', terminal: 'yes' }],
    when: hasTerminal,
    run: (bench) => bench.terminal?.selectAll(),
  },
  {
    id: 'console.clear',
    title: 'Clear console',
    words: 'scrollback',
    section: 'Console',
    icon: 'clear',
    keys: [{ press: 'Mod+Shift+K', terminal: 'yes' }],
    when: hasTerminal,
    run: (bench) => bench.terminal?.clear(),
  },
  {
    id: 'console.scrollToBottom',
    title: 'Scroll to newest output',
    section: 'Console',
    icon: 'arrowDown',
    keys: [{ press: 'Mod+Shift+End', terminal: 'yes' }],
    when: hasTerminal,
    run: (bench) => bench.terminal?.scrollToBottom(),
  },
  {
    id: 'console.zoomIn',
    title: 'Larger console text',
    words: 'zoom font size',
    section: 'Console',
    keys: [
      { press: 'Mod+=', terminal: 'yes' },
      { press: 'Mod+Shift+=', terminal: 'yes' },
    ],
    run: zoom((sizePx) => sizePx + 1),
  },
  {
    id: 'console.zoomOut',
    title: 'Smaller console text',
    words: 'zoom font size',
    section: 'Console',
    keys: [{ press: 'Mod+-', terminal: 'yes' }],
    run: zoom((sizePx) => sizePx - 1),
  },
  {
    id: 'console.zoomReset',
    title: 'Usual console text size',
    words: 'zoom font size reset',
    section: 'Console',
    keys: [{ press: 'Mod+0', terminal: 'yes' }],
    run: zoom(() => FONT_SIZE_PX.usual),
  },
  {
    id: 'console.screenReader',
    title: 'Read consoles aloud: on or off',
    words: 'screen reader accessibility',
    section: 'Console',
    run: (bench) => {
      bench.ui.setState(({ isReadAloud }) => ({ isReadAloud: !isReadAloud }));
      const isOn = bench.ui.getState().isReadAloud;
      const title = isOn
        ? 'Screen readers now hear what consoles print'
        : 'Screen readers no longer hear what consoles print';
      notify(bench, { level: 'info', title });
    },
  },
];

const LAB: readonly Command[] = [
  {
    id: 'library.newLab',
    title: 'New lab…',
    words: 'create',
    section: 'Lab',
    icon: 'plus',
    keys: [{ press: 'Mod+Alt+N', terminal: 'yes' }],
    when: isOnline,
    run: (bench) => bench.ui.setState({ dialog: { kind: 'newLab' } }),
  },
  {
    id: 'library.import',
    title: 'Import lab from file…',
    section: 'Lab',
    icon: 'upload',
    when: isOnline,
    run: (bench) => bench.chooseFile?.(),
  },
  {
    id: 'lab.export',
    title: 'Export lab to file…',
    words: 'save share',
    section: 'Lab',
    icon: 'download',
    when: (bench) => {
      const id = bench.ui.getState().selectedLabId;
      const lab = bench.lab.getState().labs?.find((other) => other.id === id);
      if (lab === undefined) return 'Choose a lab first';
      return lab.activeNodeCount === 0 || 'Shut its nodes down first';
    },
    run: withLab((bench, labId) => void exportLab(bench, labId)),
  },
  {
    id: 'lab.rename',
    title: 'Rename lab…',
    section: 'Lab',
    icon: 'pencil',
    when: hasLab,
    run: withLab((bench, labId) => bench.ui.setState({ dialog: { kind: 'rename', labId } })),
  },
  {
    id: 'lab.close',
    title: 'Close lab',
    section: 'Lab',
    when: (bench) => {
      const id = bench.ui.getState().selectedLabId;
      if (id === null || !bench.lab.getState().details.has(id)) return 'No lab is open';
      const lab = bench.lab.getState().labs?.find((other) => other.id === id);
      return lab?.activeNodeCount === 0 || 'Shut its nodes down first';
    },
    run: withLab((bench, labId) => void closeLab(bench, labId)),
  },
  {
    id: 'lab.remove',
    title: 'Remove lab…',
    words: 'delete',
    section: 'Lab',
    icon: 'trash',
    isDanger: true,
    when: hasLab,
    run: withLab((bench, labId) => bench.ui.setState({ dialog: { kind: 'remove', labId } })),
  },
  {
    id: 'library.refresh',
    title: 'Read the library again',
    words: 'reload refresh',
    section: 'Lab',
    when: isOnline,
    run: (bench) => bench.link.refreshLabs().catch((thrown: unknown) => report(bench, thrown)),
  },
];

const VIEW: readonly Command[] = [
  {
    id: 'view.sidebar',
    title: 'Show or hide side bar',
    words: 'toggle library',
    section: 'View',
    icon: 'sidebar',
    keys: [{ press: 'Mod+B' }, { press: 'Mod+Shift+B', terminal: 'yes' }],
    run: (bench) => bench.ui.setState((state) => ({ isSidebarVisible: !state.isSidebarVisible })),
  },
  {
    id: 'view.focusNext',
    title: 'Go to next region',
    words: 'focus leave terminal',
    section: 'View',
    keys: [{ press: 'F6', terminal: 'yes' }],
    run: () => moveFocus(1),
  },
  {
    id: 'view.focusPrevious',
    title: 'Go to previous region',
    section: 'View',
    keys: [{ press: 'Shift+F6', terminal: 'yes' }],
    run: () => moveFocus(-1),
  },
  {
    id: 'view.nextPane',
    title: 'Next pane',
    words: 'tab',
    section: 'View',
    keys: [{ press: 'Mod+Alt+ArrowRight', terminal: 'yes' }],
    when: hasPane,
    run: (bench) => bench.dock?.step(1),
  },
  {
    id: 'view.previousPane',
    title: 'Previous pane',
    words: 'tab',
    section: 'View',
    keys: [{ press: 'Mod+Alt+ArrowLeft', terminal: 'yes' }],
    when: hasPane,
    run: (bench) => bench.dock?.step(-1),
  },
  {
    id: 'view.splitRight',
    title: 'Move pane to the right',
    words: 'split',
    section: 'View',
    when: hasPane,
    run: (bench) => bench.dock?.split('right'),
  },
  {
    id: 'view.splitDown',
    title: 'Move pane down',
    words: 'split',
    section: 'View',
    when: hasPane,
    run: (bench) => bench.dock?.split('below'),
  },
  {
    id: 'view.closePane',
    title: 'Close pane',
    words: 'tab',
    section: 'View',
    icon: 'close',
    keys: [{ press: 'Mod+Alt+W', terminal: 'yes' }],
    when: hasPane,
    run: (bench) => bench.dock?.closeActive(),
  },
  {
    id: 'view.resetLayout',
    title: 'Reset the layout',
    words: 'panes default',
    section: 'View',
    icon: 'layout',
    when: hasNode,
    run: (bench) => bench.dock?.reset(),
  },
  {
    id: 'view.themeSystem',
    title: 'Theme: as the system',
    words: 'appearance colour dark light',
    section: 'View',
    icon: 'theme',
    run: theme('system'),
  },
  {
    id: 'view.themeLight',
    title: 'Theme: light',
    words: 'appearance colour',
    section: 'View',
    icon: 'theme',
    run: theme('light'),
  },
  {
    id: 'view.themeDark',
    title: 'Theme: dark',
    words: 'appearance colour',
    section: 'View',
    icon: 'moon',
    run: theme('dark'),
  },
];

const APP: readonly Command[] = [
  {
    id: 'app.palette',
    title: 'Command palette',
    words: 'search commands',
    section: 'App',
    icon: 'search',
    keys: [
      { press: 'Mod+K' },
      { press: 'F1', terminal: 'yes' },
      { press: 'Mod+Shift+P', terminal: 'yes' },
    ],
    run: (bench) => bench.ui.setState({ dialog: { kind: 'palette' } }),
  },
  {
    id: 'app.cheatSheet',
    title: 'Keyboard shortcuts',
    words: 'cheat sheet help keys',
    section: 'App',
    icon: 'keyboard',
    keys: [{ press: '?' }, { press: 'Shift+F1', terminal: 'yes' }],
    run: (bench) => bench.ui.setState({ dialog: { kind: 'cheatSheet' } }),
  },
  {
    id: 'app.settings',
    title: 'Settings',
    words: 'preferences options',
    section: 'App',
    icon: 'settings',
    keys: [{ press: 'Mod+,', terminal: 'yes' }],
    run: (bench) => bench.ui.setState({ dialog: { kind: 'settings' } }),
  },
  {
    id: 'app.problems',
    title: 'Problems',
    words: 'errors warnings',
    section: 'App',
    icon: 'warning',
    run: (bench) => bench.ui.setState({ dialog: { kind: 'problems' } }),
  },
  {
    id: 'app.reconnect',
    title: 'Connect to the lab again',
    words: 'reconnect',
    section: 'App',
    icon: 'plug',
    when: (bench) => bench.lab.getState().connection.kind === 'lost' || 'The lab is connected',
    run: (bench) => bench.link.reconnect(),
  },
  {
    id: 'app.reload',
    title: 'Reload the window',
    section: 'App',
    run: () => window.location.reload(),
  },
];

/** In the palette's order: what is wanted most comes first, what stops a node does not. */
export const COMMANDS: readonly Command[] = [
  ...START,
  ...CONSOLE,
  ...NODE,
  ...LAB,
  ...VIEW,
  ...APP,
];

const BY_ID: ReadonlyMap<CommandId, Command> = new Map(COMMANDS.map((row) => [row.id, row]));

export function commandById(id: CommandId): Command {
  const command = BY_ID.get(id);
  if (command === undefined) throw new Error(`no command "${id}" in the table`);
  return command;
}
