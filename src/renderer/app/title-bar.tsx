/** The top line: side bar, where we are, the node's power, and the way to everything else. */
import type { ReactElement } from 'react';
import { commandMenuItem, CommandButton } from '#renderer/commands/command-button.tsx';
import { shownKeys } from '#renderer/commands/command.ts';
import { commandById } from '#renderer/commands/commands.table.ts';
import { PowerControls } from '#renderer/features/power/power-controls.tsx';
import { useBench, useLab, useUi } from '#renderer/model/workbench.ts';
import { Icon } from '#renderer/ui/icon.tsx';
import { Keys } from '#renderer/ui/keys.tsx';
import { MenuButton } from '#renderer/ui/menu.tsx';

export function TitleBar(): ReactElement {
  const bench = useBench();
  const selected = useUi((state) => state.selectedLabId);
  const name = useLab((state) => state.labs?.find((lab) => lab.id === selected)?.name);
  const theme = useLab((state) => state.settings.theme);
  return (
    <header className="title-bar" data-region="title">
      <CommandButton id="view.sidebar" />
      <h1 className="title-name truncate">{name ?? 'SmartOS Lab'}</h1>
      {name === undefined ? null : (
        <>
          <span className="title-rule" aria-hidden="true" />
          <PowerControls />
        </>
      )}
      <span className="title-gap" />
      <PaletteField />
      <MenuButton
        look="ghost"
        icon="settings"
        label="Settings and help"
        menuLabel="Settings and help"
        items={() => [
          commandMenuItem(bench, 'app.settings'),
          commandMenuItem(bench, 'app.cheatSheet'),
          commandMenuItem(bench, 'view.themeSystem', {
            hasLineAbove: true,
            isChecked: theme === 'system',
          }),
          commandMenuItem(bench, 'view.themeLight', { isChecked: theme === 'light' }),
          commandMenuItem(bench, 'view.themeDark', { isChecked: theme === 'dark' }),
          commandMenuItem(bench, 'view.resetLayout', { hasLineAbove: true }),
        ]}
      />
    </header>
  );
}

function PaletteField(): ReactElement {
  const bench = useBench();
  const keys = shownKeys(commandById('app.palette'), bench.platform) ?? '';
  return (
    <button
      type="button"
      className="palette-open"
      aria-label="Command palette"
      onClick={() => bench.run('app.palette')}
    >
      <Icon name="search" size={14} />
      <span>Commands</span>
      <Keys text={keys} />
    </button>
  );
}
