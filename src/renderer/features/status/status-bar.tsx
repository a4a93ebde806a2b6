/** The bottom line: what the selected node does, in numbers that explain themselves on hover. */
import { type ReactElement, useEffect } from 'react';
import type { StatisticsShape } from '#protocol/model.ts';
import { toLabError } from '#protocol/errors.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatPercent,
  formatPlural,
} from '#renderer/model/format.ts';
import { findNode, nodeKey, STATISTICS_KEPT, withStatistics } from '#renderer/model/lab-state.ts';
import { meaningOf } from '#renderer/model/node-state.ts';
import { report, useBench, useLab, useUi } from '#renderer/model/workbench.ts';
import { Icon } from '#renderer/ui/icon.tsx';
import { Lamp } from '#renderer/ui/lamp.tsx';
import { Sparkline } from '#renderer/ui/sparkline.tsx';

/** Follows the statistics of the selected node while it is on and somebody looks. */
function useStatistics(): readonly StatisticsShape[] {
  const bench = useBench();
  const address = useUi((state) => state.selectedNode);
  const labId = address?.labId;
  const node = address?.node;
  const state = useLab((lab) => findNode(lab, address)?.state.kind);
  const isOnline = useLab((lab) => lab.connection.kind === 'online');
  const isOn = state !== undefined && state !== 'off' && state !== 'panicked';

  useEffect(() => {
    if (labId === undefined || node === undefined || !isOn || !isOnline) return;
    const stream = bench.link.client().node.statistics({ labId, node });
    const read = async (): Promise<void> => {
      for await (const sample of stream) {
        bench.lab.setState((lab) => withStatistics(lab, { labId, node }, sample));
      }
    };
    read().catch((thrown: unknown) => {
      // The node going off or the connection ending is told in its own place.
      const { code } = toLabError(thrown);
      if (code === 'badRequest' || code === 'internal') report(bench, thrown);
    });
    return () => stream.cancel();
  }, [bench, labId, node, isOn, isOnline]);

  return useLab((lab) =>
    address === null ? NONE : (lab.statistics.get(nodeKey(address)) ?? NONE),
  );
}

const NONE: readonly StatisticsShape[] = [];

export function StatusBar(): ReactElement {
  const samples = useStatistics();
  const address = useUi((state) => state.selectedNode);
  const node = useLab((state) => findNode(state, address));
  const last = samples.at(-1);
  const isOnline = useLab((state) => state.connection.kind === 'online');
  return (
    <footer className="status" aria-label="Status" data-region="status">
      {node === undefined ? (
        <Item tip="Open a lab to see its node here">No node selected</Item>
      ) : (
        <Item tip={meaningOf(node.state).sentence}>
          <Lamp state={meaningOf(node.state).lamp} />
          {node.name} · {meaningOf(node.state).word.toLowerCase()}
        </Item>
      )}
      {last === undefined || !isOnline ? null : <Readings samples={samples} last={last} />}
      <span className="status-gap" />
      <Platform />
      <Problems />
      <Connection />
    </footer>
  );
}

interface ReadingsProps {
  readonly samples: readonly StatisticsShape[];
  readonly last: StatisticsShape;
}

function Readings({ samples, last }: ReadingsProps): ReactElement {
  const processes = formatPlural(last.processCount, 'process', 'processes');
  const cpu = last.userFraction + last.kernelFraction;
  const user = formatPercent(last.userFraction);
  const kernel = formatPercent(last.kernelFraction);
  const used = formatBytes(last.memoryUsedBytes);
  const share = formatPercent(last.memoryUsedBytes / Math.max(1, last.memoryTotalBytes));
  return (
    <>
      <Item tip={`CPU: ${user} programs, ${kernel} kernel; the line shows two minutes`}>
        <span className="status-key">CPU</span>
        <Sparkline
          values={samples.map((sample) => sample.userFraction + sample.kernelFraction)}
          span={STATISTICS_KEPT}
          max={1}
        />
        <span className="status-percent">{formatPercent(cpu)}</span>
      </Item>
      <Item tip={`Memory: ${used} of ${formatBytes(last.memoryTotalBytes)} in use (${share})`}>
        <span className="status-key">Mem</span>
        {used}
      </Item>
      <Item tip="Time slices a second: how often the dispatcher chose a thread to run" isExtra>
        {formatCount(last.slicesPerSecond)} <span className="status-key">slices/s</span>
      </Item>
      <Item tip="System calls a second, of all programs together" isExtra>
        {formatCount(last.systemCallsPerSecond)} <span className="status-key">syscalls/s</span>
      </Item>
      <Item tip={`${processes} with ${formatPlural(last.threadCount, 'thread')}`} isExtra>
        {last.processCount} <span className="status-key">procs</span>
      </Item>
      <Item tip="Time since the kernel started">
        <span className="status-key">Up</span> {formatDuration(last.uptimeMs)}
      </Item>
    </>
  );
}

function Item(props: {
  readonly tip: string;
  readonly children: React.ReactNode;
  /** Left out when the window is narrow. */
  readonly isExtra?: boolean;
}): ReactElement {
  return (
    <span
      className={
        props.isExtra === true ? 'status-item status-extra numeric' : 'status-item numeric'
      }
      data-tip={props.tip}
    >
      {props.children}
    </span>
  );
}

function Platform(): ReactElement | null {
  const app = useLab((state) => state.app);
  if (app === null) return null;
  const stamp = app.platform?.stamp;
  return (
    <Item
      tip={
        stamp === undefined
          ? 'Run "npm run build" to make one'
          : `Platform image ${stamp}: what nodes boot from`
      }
      isExtra
    >
      {stamp === undefined ? 'No platform image' : stamp}
    </Item>
  );
}

function Problems(): ReactElement {
  const bench = useBench();
  const problems = useUi((state) => state.problems);
  const text = problems.length === 0 ? 'No problems' : formatPlural(problems.length, 'problem');
  return (
    <button
      type="button"
      className={problems.length === 0 ? 'status-button' : 'status-button status-bad'}
      data-tip={text}
      aria-label={text}
      data-testid="problems"
      onClick={() => bench.run('app.problems')}
    >
      <Icon name={problems.length === 0 ? 'ok' : 'warning'} size={13} />
      {problems.length === 0 ? null : problems.length}
    </button>
  );
}

function Connection(): ReactElement {
  const kind = useLab((state) => state.connection.kind);
  const words = { connecting: 'Connecting…', online: 'Connected', lost: 'Not connected' } as const;
  return (
    <Item tip={kind === 'online' ? 'Connected to the lab process' : words[kind]}>
      <Icon name="plug" size={13} />
      <span className={kind === 'online' ? 'visually-hidden' : 'status-warn'}>{words[kind]}</span>
    </Item>
  );
}
