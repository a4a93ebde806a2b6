/** The entries of Electron's menu as commands of ours. */
import type { MenuCommand } from '#protocol/model.ts';
import type { CommandId } from '#renderer/commands/command-id.ts';

const IDS: Readonly<Record<MenuCommand, CommandId>> = {
  newLab: 'library.newLab',
  importLab: 'library.import',
  exportLab: 'lab.export',
  settings: 'app.settings',
  commandPalette: 'app.palette',
  cheatSheet: 'app.cheatSheet',
  newTerminal: 'terminal.new',
  closePane: 'view.closePane',
  find: 'console.find',
  powerOn: 'node.powerOn',
  shutDown: 'node.shutDown',
  reset: 'node.reset',
};

export function menuCommandId(command: MenuCommand): CommandId {
  return IDS[command];
}
