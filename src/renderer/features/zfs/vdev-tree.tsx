/**
 * The devices of a pool as zpool status and iostat have them, live: state, operations, bytes, errors,
 * what is broken about a disk, and what can be done. Below it the disks in no pool.
 */
import type { ReactElement } from 'react';
import type { DiskFaultState, PoolShape, VdevShape } from '#protocol/zfs-model.ts';
import { askAttach, askReplace } from '#renderer/features/zfs/asks.ts';
import { type DiskChoice, useZfsPane } from '#renderer/features/zfs/pane-context.ts';
import { deviceMeaning } from '#renderer/features/zfs/pool-words.ts';
import { faultWords, isBroken } from '#renderer/features/zfs/fault-words.ts';
import { formatBytes, formatCount } from '#renderer/model/format.ts';
import { Button } from '#renderer/ui/button.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { Lamp } from '#renderer/ui/lamp.tsx';
import { MenuButton, type MenuItem } from '#renderer/ui/menu.tsx';

export function VdevTree({ pool }: { readonly pool: PoolShape }): ReactElement {
  const { disks } = useZfsPane();
  const free = disks.filter((disk) => disk.pool === undefined);
  return (
    <div className="zfs-scroll">
      <table className="zfs-vdevs" aria-label={`Devices of ${pool.name}`}>
        <thead>
          <tr>
            <th scope="col">Device</th>
            <th scope="col">State</th>
            <th scope="col" className="zfs-number" data-tip="Reads and writes in the last second">
              Ops/s
            </th>
            <th
              scope="col"
              className="zfs-number"
              data-tip="Bytes read and written in the last second"
            >
              Bytes/s
            </th>
            <th
              scope="col"
              className="zfs-number"
              data-tip="Reads that failed, writes that failed, blocks that were wrong"
            >
              Errors R W C
            </th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {roleGroups(pool.vdevs).map((row) =>
            typeof row === 'string' ? (
              <tr key={row} className="zfs-role">
                <th scope="rowgroup" colSpan={6}>
                  {row}
                </th>
              </tr>
            ) : (
              <VdevRow key={row.guid} pool={pool} vdev={row} />
            ),
          )}
        </tbody>
      </table>
      {free.length === 0 ? null : <FreeDisks disks={free} />}
    </div>
  );
}

const ROLE_WORDS = { log: 'logs', spare: 'spares', cache: 'cache' } as const;

/** The rows, with a heading before logs, spares and caches as zpool status has them. */
function roleGroups(vdevs: readonly VdevShape[]): (VdevShape | string)[] {
  const rows: (VdevShape | string)[] = vdevs.filter(({ role }) => role === 'data');
  for (const role of ['log', 'spare', 'cache'] as const) {
    const group = vdevs.filter((vdev) => vdev.role === role);
    if (group.length > 0) rows.push(ROLE_WORDS[role], ...group);
  }
  return rows;
}

function VdevRow(props: { readonly pool: PoolShape; readonly vdev: VdevShape }): ReactElement {
  const { pool, vdev } = props;
  const { disks, faults } = useZfsPane();
  const { lamp, tone, sentence } = deviceMeaning(vdev.state);
  const { rates } = vdev;
  const disk = disks.find(({ name }) => name === vdev.name);
  const fault = faults.find((each) => each.disk === vdev.name);
  const isLeaf = vdev.type === 'disk' || vdev.type === 'file';
  const errors = [vdev.readErrors, vdev.writeErrors, vdev.checksumErrors];
  return (
    <tr data-testid={`vdev-${vdev.name}`}>
      <th scope="row" style={{ paddingLeft: 10 + vdev.depth * 16 }}>
        <span className="zfs-device">
          <Icon name={isLeaf ? 'disk' : 'layout'} size={14} />
          <span className="truncate" title={vdev.name}>
            {vdev.name}
          </span>
        </span>
        <FaultChips fault={fault} />
      </th>
      <td>
        <span className={`zfs-state zfs-text-${tone}`} data-tip={sentence}>
          <Lamp state={lamp} />
          {vdev.state}
        </span>
        {vdev.note === '' ? null : <span className="zfs-note">{vdev.note}</span>}
        {vdev.repairedBytes > 0 ? (
          <span className="zfs-note" data-testid="repaired">
            {formatBytes(vdev.repairedBytes)} repaired
          </span>
        ) : null}
      </td>
      <td className="zfs-number numeric">
        {formatCount(rates.readOps)} <span className="zfs-quiet">·</span>{' '}
        {formatCount(rates.writeOps)}
      </td>
      <td className="zfs-number numeric">
        {shortBytes(rates.readBytes)} <span className="zfs-quiet">·</span>{' '}
        {shortBytes(rates.writeBytes)}
      </td>
      <td className="zfs-number numeric" data-testid="errors">
        {errors.map((count, n) => (
          <span
            // oxlint-disable-next-line react/no-array-index-key
            key={n}
            className={count > 0 ? 'zfs-count zfs-text-danger' : 'zfs-count'}
          >
            {formatCount(count)}
          </span>
        ))}
      </td>
      <td className="zfs-row-actions">
        {isLeaf ? <LeafActions pool={pool} vdev={vdev} disk={disk} /> : null}
      </td>
    </tr>
  );
}

function shortBytes(bytes: number): string {
  return bytes === 0 ? '0' : formatBytes(bytes);
}

export function FaultChips(props: {
  readonly fault: DiskFaultState | undefined;
}): ReactElement | null {
  const words = props.fault === undefined ? [] : faultWords(props.fault);
  if (words.length === 0) return null;
  return (
    <span className="zfs-faults">
      {words.map((word) => (
        <span key={word} className="zfs-fault">
          <Icon name="bolt" size={11} />
          {word}
        </span>
      ))}
    </span>
  );
}

interface LeafActionsProps {
  readonly pool: PoolShape;
  readonly vdev: VdevShape;
  readonly disk: DiskChoice | undefined;
}

function LeafActions({ pool, vdev, disk }: LeafActionsProps): ReactElement {
  const pane = useZfsPane();
  return (
    <>
      {disk === undefined ? null : <BreakButton disk={disk.name} />}
      <MenuButton
        look="ghost"
        icon="more"
        isSmall
        label={`More for ${vdev.name}`}
        menuLabel={vdev.name}
        items={() => leafItems(pool, vdev, pane)}
      />
    </>
  );
}

function leafItems(
  pool: PoolShape,
  vdev: VdevShape,
  pane: ReturnType<typeof useZfsPane>,
): MenuItem[] {
  const run = (verb: string): MenuItem => ({
    id: verb,
    label: `zpool ${verb} ${pool.name} ${vdev.name}`,
    onSelect: () => void pane.run(['zpool', verb, pool.name, vdev.name]),
  });
  const hasFree = pane.disks.some((disk) => disk.pool === undefined);
  const offReason = hasFree ? undefined : 'Every disk of the node is in a pool';
  return [
    run(vdev.state === 'OFFLINE' ? 'online' : 'offline'),
    ...(vdev.state === 'OFFLINE' ? [] : [run('online')]),
    run('clear'),
    {
      id: 'attach',
      label: 'Attach a mirror…',
      hasLineAbove: true,
      disabledReason: offReason,
      onSelect: () => pane.show({ kind: 'ask', ask: askAttach(pool.name, vdev, pane.disks) }),
    },
    {
      id: 'replace',
      label: 'Replace…',
      onSelect: () => pane.show({ kind: 'ask', ask: askReplace(pool.name, vdev, pane.disks) }),
    },
    ...(vdev.depth > 0 ? [{ ...run('detach'), isDanger: true }] : []),
  ];
}

/** Opens the hardware faults of a disk; says by its look that there are some. */
function BreakButton({ disk }: { readonly disk: string }): ReactElement {
  const pane = useZfsPane();
  const isBad = isBroken(pane.faults.find((fault) => fault.disk === disk));
  return (
    <Button
      look="ghost"
      icon="bolt"
      isSmall
      isPressed={isBad}
      label={isBad ? `Faults of ${disk}: broken` : `Break ${disk}`}
      tip={
        isBad ? `${disk} is broken: see or mend it` : `Break ${disk}: pull it, flip bits, slow it`
      }
      testId={`break-${disk}`}
      onClick={() => pane.show({ kind: 'faults', disk })}
    />
  );
}

function FreeDisks({ disks }: { readonly disks: readonly DiskChoice[] }): ReactElement {
  const { faults } = useZfsPane();
  return (
    <section className="zfs-free" aria-label="Disks in no pool">
      <h3>Disks in no pool</h3>
      <ul>
        {disks.map(({ name, sizeBytes }) => (
          <li key={name}>
            <Icon name="disk" size={14} />
            <span>{name}</span>
            <span className="zfs-quiet">{formatBytes(sizeBytes)}</span>
            <FaultChips fault={faults.find((fault) => fault.disk === name)} />
            <span className="zfs-gap" />
            <BreakButton disk={name} />
          </li>
        ))}
      </ul>
    </section>
  );
}
