/** The dock with what goes into its panes. Its own chunk: xterm.js and dockview come with it. */
import type { ReactElement } from 'react';
import { TermPane } from '#renderer/features/console/term-pane.tsx';
import { NodeBanner } from '#renderer/features/power/node-banner.tsx';
import { type PaneContent, Workspace } from '#renderer/features/workspace/workspace.tsx';
import { ZfsPane } from '#renderer/features/zfs/zfs-pane.tsx';
import '#renderer/features/console/console.css';
import '#renderer/features/zfs/zfs.css';
import '#renderer/features/zfs/zfs-map.css';
import '#renderer/features/workspace/workspace.css';

export function Panes(): ReactElement {
  return <Workspace renderPane={renderPane} />;
}

function renderPane(content: PaneContent): ReactElement {
  const { kind, address } = content;
  if (kind === 'zfs') {
    return (
      <>
        <NodeBanner address={address} />
        <ZfsPane {...content} />
      </>
    );
  }
  return (
    <>
      {kind === 'console' ? <NodeBanner address={address} /> : null}
      <TermPane {...content} kind={kind} />
    </>
  );
}
