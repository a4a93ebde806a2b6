/**
 * The window: title bar, side bar, panes, status bar, and whichever dialog is open. The one place
 * that knows all features; they do not know one another. What needs the terminal or the dock is
 * loaded when it is first wanted, so that the window stands at once.
 */
import { lazy, type ReactElement, Suspense, useEffect } from 'react';
import { DialogHost } from '#renderer/app/dialog-host.tsx';
import { Sash } from '#renderer/app/sash.tsx';
import { TitleBar } from '#renderer/app/title-bar.tsx';
import { ConnectionBar } from '#renderer/features/connection/connection-bar.tsx';
import { Library } from '#renderer/features/library/library.tsx';
import { Toasts } from '#renderer/features/problems/problems.tsx';
import { StatusBar } from '#renderer/features/status/status-bar.tsx';
import { Welcome } from '#renderer/features/welcome/welcome.tsx';
import { openLab } from '#renderer/model/actions.ts';
import { applyTheme } from '#renderer/model/theme.ts';
import { useBench, useLab, useUi } from '#renderer/model/workbench.ts';
import { Tooltip } from '#renderer/ui/tooltip.tsx';

const Panes = lazy(() =>
  import('#renderer/app/panes.tsx').then((module) => ({ default: module.Panes })),
);

export function Shell(): ReactElement {
  const isSidebarVisible = useUi((state) => state.isSidebarVisible);
  const sidebarWidth = useUi((state) => state.sidebarWidthPx);
  useTheme();
  useFirstLab();
  useCloseQuestion();
  useReadyMark();
  return (
    <div className="shell">
      <TitleBar />
      <ConnectionBar />
      <div className="shell-middle">
        {isSidebarVisible ? (
          <>
            <aside className="sidebar" style={{ width: sidebarWidth }}>
              <Library />
            </aside>
            <Sash />
          </>
        ) : null}
        <main className="shell-main" aria-label="Panes">
          <Main />
        </main>
      </div>
      <StatusBar />
      <DialogHost />
      <Toasts />
      <Tooltip />
      <Announcer />
    </div>
  );
}

function Main(): ReactElement {
  const selected = useUi((state) => state.selectedLabId);
  const hasDetail = useLab((state) => selected !== null && state.details.has(selected));
  const hasAny = useLab((state) => state.details.size > 0);
  return (
    <>
      {hasDetail ? null : <Welcome />}
      {hasAny ? (
        <Suspense fallback={null}>
          <div className="shell-panes" inert={!hasDetail}>
            <Panes />
          </div>
        </Suspense>
      ) : null}
    </>
  );
}

/** State changes and notices, for screen readers. */
function Announcer(): ReactElement {
  const text = useUi((state) => state.announcement);
  return (
    <div className="visually-hidden" role="status" aria-live="polite" data-testid="announcer">
      {text}
    </div>
  );
}

function useTheme(): void {
  const theme = useLab((state) => state.settings.theme);
  const isKnown = useLab((state) => state.app !== null);
  useEffect(() => {
    if (isKnown) applyTheme(theme);
  }, [theme, isKnown]);
}

/** The moment when the window can be used, for measuring. */
function useReadyMark(): void {
  const isReady = useLab((state) => state.labs !== null);
  useEffect(() => {
    if (isReady) performance.mark('smartos-lab:ready');
  }, [isReady]);
}

/** At the start: the lab that runs something, else the only one that is open. */
function useFirstLab(): void {
  const bench = useBench();
  const isOnline = useLab((state) => state.connection.kind === 'online');
  useEffect(() => {
    if (!isOnline || bench.ui.getState().selectedLabId !== null) return;
    const open = (bench.lab.getState().labs ?? []).filter((lab) => lab.state === 'open');
    const best = open.toSorted((a, b) => b.activeNodeCount - a.activeNodeCount)[0];
    if (best !== undefined) void openLab(bench, best.id);
  }, [bench, isOnline]);
}

/** The browser asks before the window closes while a node runs, if the settings say so. */
function useCloseQuestion(): void {
  const bench = useBench();
  useEffect(() => {
    const asked = (event: BeforeUnloadEvent): void => {
      const { settings, labs, app } = bench.lab.getState();
      const isRunning = labs?.some((lab) => lab.activeNodeCount > 0) === true;
      // In a browser the lab process goes on without the window: nothing is lost.
      if (settings.confirmDestructive && isRunning && app?.host === 'electron') {
        event.preventDefault();
      }
    };
    window.addEventListener('beforeunload', asked);
    return () => window.removeEventListener('beforeunload', asked);
  }, [bench]);
}
