/**
 * What a console says about its node's state: off (how to start it), booting (step and bar),
 * panicked (message, dump, start again), not responding. Nothing while it simply runs.
 */
import type { ReactElement } from 'react';
import type { NodeStateShape } from '#protocol/model.ts';
import { power } from '#renderer/model/actions.ts';
import { formatBytes } from '#renderer/model/format.ts';
import { findNode, type NodeAddress, nodeKey } from '#renderer/model/lab-state.ts';
import type { PowerAction } from '#renderer/model/node-state.ts';
import { notify, useBench, useLab, useUi } from '#renderer/model/workbench.ts';
import { Button } from '#renderer/ui/button.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { Progress } from '#renderer/ui/progress.tsx';

export function NodeBanner({ address }: { readonly address: NodeAddress }): ReactElement | null {
  const state = useLab((lab) => findNode(lab, address)?.state);
  switch (state?.kind) {
    case 'off':
      return <OffBanner address={address} />;
    case 'booting':
      return <BootBanner step={state.step} fraction={state.fraction} />;
    case 'shuttingDown':
      return (
        <div className="banner banner-busy">
          <Progress label="Shutting down" />
          <p>
            <strong>Shutting down</strong> Services are stopping; the node turns off by itself
          </p>
        </div>
      );
    case 'panicked':
      return <PanicBanner address={address} state={state} />;
    case 'notResponding':
      return <SilentBanner address={address} />;
    default:
      return null;
  }
}

function usePower(address: NodeAddress, action: PowerAction): [boolean, () => void] {
  const bench = useBench();
  const isBusy = useUi((state) => state.pending.has(`${action}:${nodeKey(address)}`));
  return [isBusy, () => void power(bench, address, action)];
}

/** A line above old output; fills the pane while there is none (power.css looks for data-empty). */
function OffBanner({ address }: { readonly address: NodeAddress }): ReactElement {
  const [isBusy, start] = usePower(address, 'powerOn');
  const node = useLab((lab) => findNode(lab, address));
  const disks = (node?.disks ?? []).map((disk) => `${formatBytes(disk.sizeBytes)} disk`);
  const facts = [`${formatBytes(node?.ramBytes ?? 0)} memory`, ...disks].join(', ');
  return (
    <div className="banner banner-off">
      <p>
        <strong>{address.node} is off</strong>{' '}
        <span>Start it to boot SmartOS into memory: it takes a few seconds</span>
        <span className="banner-facts">{facts}</span>
      </p>
      <Button look="primary" icon="play" isSmall isDisabled={isBusy} testId="start" onClick={start}>
        {isBusy ? 'Starting…' : 'Start'}
      </Button>
    </div>
  );
}

function BootBanner(props: { readonly step: string; readonly fraction: number }): ReactElement {
  const percent = Math.round(Math.max(0, Math.min(1, props.fraction)) * 100);
  return (
    <div className="banner banner-busy">
      <Progress label="Boot progress" fraction={props.fraction} />
      <p>
        <strong>Booting</strong> {props.step}
      </p>
      <span className="numeric banner-number">{percent} %</span>
    </div>
  );
}

function PanicBanner(props: {
  readonly address: NodeAddress;
  readonly state: NodeStateShape & { kind: 'panicked' };
}): ReactElement {
  const { address, state } = props;
  const bench = useBench();
  const path = useLab((lab) => lab.details.get(address.labId)?.path ?? '');
  const [isBusy, start] = usePower(address, 'powerOn');
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(`${path}/${state.dumpFile ?? ''}`);
    notify(bench, { level: 'info', title: 'Copied the dump’s path' });
  };
  return (
    <div className="banner banner-bad" role="alert">
      <Icon name="error" />
      <div className="banner-story">
        <p>
          <strong>{address.node} panicked</strong>{' '}
          <span className="selectable banner-message">{state.message}</span>
        </p>
        <p className="banner-advice">
          The kernel stopped; the lab and its disks are safe.{' '}
          {state.dumpFile === null ? (
            'No dump could be written.'
          ) : (
            <>
              Crash dump: <code className="selectable">{state.dumpFile}</code> in the lab’s folder
            </>
          )}
        </p>
      </div>
      {state.dumpFile === null ? null : (
        <Button
          look="ghost"
          icon="copy"
          isSmall
          label="Copy the dump’s path"
          onClick={() => void copy()}
        />
      )}
      <Button look="primary" icon="play" isSmall isDisabled={isBusy} onClick={start}>
        {isBusy ? 'Starting…' : 'Start again'}
      </Button>
    </div>
  );
}

function SilentBanner({ address }: { readonly address: NodeAddress }): ReactElement {
  const bench = useBench();
  return (
    <div className="banner banner-warn" role="alert">
      <Icon name="warning" />
      <p>
        <strong>{address.node} does not respond</strong> It may be busy and come back. Forcing it
        off loses what its programs have not saved
      </p>
      <Button
        isSmall
        onClick={() => {
          bench.ui.setState({ selectedNode: address });
          bench.run('node.kill');
        }}
      >
        Force off…
      </Button>
    </div>
  );
}
