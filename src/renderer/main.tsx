/** The renderer's start: one bundle for Electron and browsers; only the connector differs. */
import { createRoot } from 'react-dom/client';
import { chooseConnector } from '#renderer/app/connector.ts';
import { menuCommandId } from '#renderer/app/menu-commands.ts';
import { Shell } from '#renderer/app/shell.tsx';
import { listenForShortcuts, runCommand } from '#renderer/commands/keyboard.ts';
import { LabConnection } from '#renderer/model/connection.ts';
import { applyKeptTheme } from '#renderer/model/theme.ts';
import { createWorkbench, WorkbenchContext } from '#renderer/model/workbench.ts';
import '#renderer/ui/tokens.css';
import '#renderer/ui/base.css';
import '#renderer/ui/button.css';
import '#renderer/ui/dialog.css';
import '#renderer/ui/field.css';
import '#renderer/ui/menu.css';
import '#renderer/ui/tabs.css';
import '#renderer/ui/tooltip.css';
import '#renderer/app/shell.css';
import '#renderer/features/connection/connection.css';
import '#renderer/features/library/library.css';
import '#renderer/features/palette/palette.css';
import '#renderer/features/power/power.css';
import '#renderer/features/problems/problems.css';
import '#renderer/features/settings/settings.css';
import '#renderer/features/shortcuts/cheat-sheet.css';
import '#renderer/features/status/status.css';
import '#renderer/features/welcome/welcome.css';

applyKeptTheme();

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
const bench = createWorkbench(isMac ? 'mac' : 'other');
bench.run = (id) => runCommand(bench, id);
const connection = new LabConnection(bench, chooseConnector(window), (event) =>
  bench.run(menuCommandId(event.command)),
);
connection.reconnect();
listenForShortcuts(bench, new AbortController().signal);

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <WorkbenchContext value={bench}>
    <Shell />
  </WorkbenchContext>,
);
