/** The top of the pane: which pool, how it is, how full, what it does, and what can be done. */
import type { ReactElement } from 'react';
import type { IoRates, PoolShape } from '#protocol/zfs-model.ts';
import { askDestroyPool, askExport } from '#renderer/features/zfs/asks.ts';
import { ActionButton } from '#renderer/features/zfs/command-button.tsx';
import { useZfsPane } from '#renderer/features/zfs/pane-context.ts';
import {
  deviceMeaning,
  poolAdvice,
  scanFraction,
  scanWords,
} from '#renderer/features/zfs/pool-words.ts';
import { RATES_KEPT } from '#renderer/features/zfs/use-zfs.ts';
import { formatBytes, formatCount, formatPercent } from '#renderer/model/format.ts';
import { Button } from '#renderer/ui/button.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { Lamp } from '#renderer/ui/lamp.tsx';
import { MenuButton } from '#renderer/ui/menu.tsx';
import { Progress } from '#renderer/ui/progress.tsx';
import { Sparkline } from '#renderer/ui/sparkline.tsx';

interface PoolHeaderProps {
  readonly pool: PoolShape;
  readonly history: readonly IoRates[];
  readonly nowMs: number;
  readonly onSelect: (guid: string) => void;
}

export function PoolHeader({ pool, history, nowMs, onSelect }: PoolHeaderProps): ReactElement {
  const { pools } = useZfsPane();
  return (
    <header className="zfs-head">
      <div className="zfs-head-line">
        {pools.length > 1 ? (
          <select
            className="input zfs-pool-select"
            aria-label="Pool"
            value={pool.guid}
            onChange={(event) => onSelect(event.target.value)}
          >
            {pools.map(({ guid, name }) => (
              <option key={guid} value={guid}>
                {name}
              </option>
            ))}
          </select>
        ) : (
          <h2 className="zfs-pool-name truncate">{pool.name}</h2>
        )}
        <StateChip pool={pool} />
        <Capacity pool={pool} />
        <Traffic pool={pool} history={history} />
        <span className="zfs-gap" />
        <PoolActions pool={pool} />
      </div>
      <Advice pool={pool} />
      <ScanLine pool={pool} nowMs={nowMs} />
    </header>
  );
}

function StateChip({ pool }: { readonly pool: PoolShape }): ReactElement {
  const { lamp, tone, sentence } = deviceMeaning(pool.state);
  const word = pool.isSuspended ? 'SUSPENDED' : pool.state;
  return (
    <span
      className={`zfs-chip zfs-tone-${pool.isSuspended ? 'danger' : tone}`}
      data-tip={sentence}
      data-testid="pool-state"
    >
      <Lamp state={pool.isSuspended ? 'bad' : lamp} />
      {word}
    </span>
  );
}

function Capacity({ pool }: { readonly pool: PoolShape }): ReactElement {
  const share = pool.sizeBytes === 0 ? 0 : pool.allocatedBytes / pool.sizeBytes;
  const text =
    `${formatBytes(pool.allocatedBytes)} of ${formatBytes(pool.sizeBytes)} allocated` +
    ` (${formatPercent(share)})`;
  return (
    <span className="zfs-capacity numeric" data-tip={`${text}, parity and copies counted`}>
      <span className="zfs-bar" aria-hidden="true">
        <span style={{ width: `${Math.max(share > 0 ? 1 : 0, share * 100)}%` }} />
      </span>
      <span>
        {formatBytes(pool.allocatedBytes)} / {formatBytes(pool.sizeBytes)}
      </span>
    </span>
  );
}

function Traffic(props: {
  readonly pool: PoolShape;
  readonly history: readonly IoRates[];
}): ReactElement {
  const { rates } = props.pool;
  const values = props.history.map((each) => each.readBytes + each.writeBytes);
  const tip =
    `Last second: ${formatCount(rates.readOps)} reads, ${formatCount(rates.writeOps)} writes; ` +
    'the line shows a minute of bytes';
  return (
    <span className="zfs-traffic numeric" data-tip={tip}>
      <Sparkline values={values} span={RATES_KEPT} max={Math.max(1, ...values)} width={64} />
      <span>
        <span className="zfs-quiet">read</span> {formatBytes(rates.readBytes)}/s
      </span>
      <span>
        <span className="zfs-quiet">write</span> {formatBytes(rates.writeBytes)}/s
      </span>
    </span>
  );
}

function PoolActions({ pool }: { readonly pool: PoolShape }): ReactElement {
  const pane = useZfsPane();
  const { name } = pool;
  const isScanning = pool.scan?.state === 'scanning';
  const item = (id: string, label: string, argv: readonly string[]) => ({
    id,
    label,
    onSelect: () => void pane.run(argv),
  });
  return (
    <span className="zfs-actions">
      <ActionButton
        icon="search"
        argv={isScanning ? ['zpool', 'scrub', '-s', name] : ['zpool', 'scrub', name]}
        testId="scrub"
      >
        {isScanning ? 'Stop scan' : 'Scrub'}
      </ActionButton>
      <MenuButton
        look="ghost"
        icon="more"
        isSmall
        label={`More for pool ${name}`}
        menuLabel={`Pool ${name}`}
        testId="pool-menu"
        items={() => [
          item('status', 'zpool status -v', ['zpool', 'status', '-v', name]),
          item('iostat', 'zpool iostat -v', ['zpool', 'iostat', '-v', name]),
          item('list', 'zpool list -v', ['zpool', 'list', '-v', name]),
          item('history', 'zpool history', ['zpool', 'history', name]),
          item('get', 'zpool get all', ['zpool', 'get', 'all', name]),
          {
            ...item('clear', 'Clear error counts (zpool clear)', ['zpool', 'clear', name]),
            hasLineAbove: true,
          },
          {
            id: 'create',
            label: 'Create another pool…',
            hasLineAbove: true,
            onSelect: () => pane.show({ kind: 'createPool' }),
          },
          {
            id: 'export',
            label: 'Export…',
            onSelect: () => pane.show({ kind: 'ask', ask: askExport(name) }),
          },
          {
            id: 'destroy',
            label: 'Destroy…',
            isDanger: true,
            onSelect: () => pane.show({ kind: 'ask', ask: askDestroyPool(name) }),
          },
        ]}
      />
    </span>
  );
}

function Advice({ pool }: { readonly pool: PoolShape }): ReactElement | null {
  const pane = useZfsPane();
  const advice = poolAdvice(pool);
  if (advice === undefined) return null;
  const isBad = pool.isSuspended || pool.errorCount > 0 || pool.state === 'UNAVAIL';
  return (
    <div className={`zfs-advice zfs-tone-${isBad ? 'danger' : 'warning'}`} role="status">
      <Icon name={isBad ? 'error' : 'warning'} size={15} />
      <span>{advice.text}:</span>
      <Button isSmall testId="advice" onClick={() => void pane.run(advice.argv)}>
        <code>{advice.argv.join(' ')}</code>
      </Button>
    </div>
  );
}

function ScanLine(props: {
  readonly pool: PoolShape;
  readonly nowMs: number;
}): ReactElement | null {
  const { scan } = props.pool;
  if (scan === null) return null;
  const isRunning = scan.state === 'scanning';
  return (
    <div className="zfs-scan" data-testid="scan">
      {isRunning ? (
        <Progress label={`${scan.kind} progress`} fraction={scanFraction(scan)} />
      ) : null}
      <span className="numeric">{scanWords(scan, props.nowMs / 1000)}</span>
    </div>
  );
}
