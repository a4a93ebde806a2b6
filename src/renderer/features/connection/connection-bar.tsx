/** The bar across the window while there is no connection to the lab process. */
import { type ReactElement, useEffect, useState } from 'react';
import { useBench, useLab } from '#renderer/model/workbench.ts';
import { Button } from '#renderer/ui/button.tsx';
import { Icon } from '#renderer/ui/icon.tsx';

export function ConnectionBar(): ReactElement | null {
  const bench = useBench();
  const connection = useLab((state) => state.connection);
  const app = useLab((state) => state.app);
  // The first attempts of a start that goes well are not worth a bar.
  if (connection.kind === 'online') return null;
  if (connection.kind === 'connecting' && app === null) return null;
  const isTrying = connection.kind === 'connecting';
  const isRefused = connection.kind === 'lost' && connection.isRefused;
  return (
    <div className="connection-bar" role="alert">
      <Icon name={isRefused ? 'error' : 'plug'} />
      <p>
        <strong>{isRefused ? 'The lab refused this window' : 'Connection to the lab lost'}</strong>
        {isTrying ? 'Connecting…' : <Advice connection={connection} host={app?.host} />}
      </p>
      <Button isSmall isDisabled={isTrying} onClick={() => bench.link.reconnect()}>
        Connect now
      </Button>
    </div>
  );
}

function Advice(props: {
  readonly connection: { readonly isRefused: boolean; readonly retryAtMs: number | null };
  readonly host: string | undefined;
}): ReactElement {
  const { isRefused, retryAtMs } = props.connection;
  const seconds = useSecondsUntil(retryAtMs);
  if (isRefused) {
    return (
      <>
        The address is from an earlier run, or lacks its key. Open the address that{' '}
        <code>npm start</code> printed last
      </>
    );
  }
  return (
    <>
      {props.host === 'electron'
        ? 'The lab process ended or is busy'
        : 'Is the program that serves this page still running?'}
      {seconds > 0 ? ` Trying again in ${seconds} s` : ' Trying again…'}
    </>
  );
}

function useSecondsUntil(atMs: number | null): number {
  const [nowMs, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (atMs === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [atMs]);
  return atMs === null ? 0 : Math.max(0, Math.ceil((atMs - nowMs) / 1000));
}
