/** The application's menu as data. Entries of ours are commands that the window acts on. */
import type { MenuCommand } from '#protocol/model.ts';

type MenuRole =
  | 'appMenu'
  | 'close'
  | 'editMenu'
  | 'help'
  | 'quit'
  | 'reload'
  | 'resetZoom'
  | 'toggleDevTools'
  | 'togglefullscreen'
  | 'windowMenu'
  | 'zoomIn'
  | 'zoomOut';

export interface MenuItem {
  readonly label?: string;
  readonly role?: MenuRole;
  readonly type?: 'separator';
  readonly accelerator?: string;
  readonly click?: () => void;
  readonly submenu?: MenuItem[];
}

export interface MenuActions {
  command(command: MenuCommand): void;
  openFolder(): void;
}

const SEPARATOR: MenuItem = { type: 'separator' };

export function menuTemplate(isMac: boolean, actions: MenuActions): MenuItem[] {
  const item = (label: string, command: MenuCommand, accelerator?: string): MenuItem => ({
    label,
    click: () => actions.command(command),
    ...(accelerator === undefined ? {} : { accelerator }),
  });
  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: 'File',
      submenu: [
        item('New Lab…', 'newLab', 'CmdOrCtrl+Shift+N'),
        { label: 'Open Lab Folder…', click: () => actions.openFolder() },
        SEPARATOR,
        item('Import Lab…', 'importLab'),
        item('Export Lab…', 'exportLab'),
        SEPARATOR,
        item('Settings…', 'settings', 'CmdOrCtrl+,'),
        SEPARATOR,
        isMac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: 'Node',
      submenu: [
        item('Power On', 'powerOn'),
        item('Shut Down', 'shutDown'),
        item('Reset', 'reset'),
        SEPARATOR,
        item('New Terminal', 'newTerminal', 'CmdOrCtrl+Shift+T'),
      ],
    },
    {
      label: 'View',
      submenu: [
        item('Command Palette…', 'commandPalette', 'CmdOrCtrl+Shift+P'),
        item('Find in Console…', 'find', 'CmdOrCtrl+Shift+F'),
        item('Close Pane', 'closePane', 'CmdOrCtrl+Shift+W'),
        SEPARATOR,
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'resetZoom' },
        { role: 'togglefullscreen' },
        SEPARATOR,
        { role: 'reload' },
        { role: 'toggleDevTools' },
      ],
    },
    { role: 'windowMenu' },
    { role: 'help', submenu: [item('Keyboard Shortcuts', 'cheatSheet', 'CmdOrCtrl+Shift+/')] },
  ];
}
