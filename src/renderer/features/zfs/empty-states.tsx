/** What the pane says when there is nothing to show: the node is off, or has no pool. */
import type { ReactElement } from 'react';
import { CommandButton } from '#renderer/commands/command-button.tsx';
import { ActionButton } from '#renderer/features/zfs/command-button.tsx';
import { useZfsPane } from '#renderer/features/zfs/pane-context.ts';
import { formatBytes, formatPlural } from '#renderer/model/format.ts';
import { FaultChips } from '#renderer/features/zfs/vdev-tree.tsx';
import { Button } from '#renderer/ui/button.tsx';
import { Icon } from '#renderer/ui/icon.tsx';

export function NoNode(): ReactElement {
  const { address, disks } = useZfsPane();
  return (
    <div className="zfs-blank">
      <Icon name="disk" size={28} />
      <h2>{address.node} is not running</h2>
      <p>
        Pools are seen while the node runs. Its {formatPlural(disks.length, 'disk')}{' '}
        {disks.length === 1 ? 'keeps' : 'keep'} what is on {disks.length === 1 ? 'it' : 'them'}.
      </p>
      <CommandButton id="node.powerOn" look="primary">
        Start the node
      </CommandButton>
    </div>
  );
}

export function NoPools(): ReactElement {
  const pane = useZfsPane();
  const { disks, faults } = pane;
  return (
    <div className="zfs-blank">
      <Icon name="disk" size={28} />
      <h2>No pools yet</h2>
      <p>
        A pool joins disks and shares their space among its file systems. Make one of the disks
        below, or import one that is on them already.
      </p>
      <ul className="zfs-blank-disks">
        {disks.map(({ name, sizeBytes }) => (
          <li key={name}>
            <Icon name="disk" size={14} /> {name}{' '}
            <span className="zfs-quiet">{formatBytes(sizeBytes)}</span>
            <FaultChips fault={faults.find((fault) => fault.disk === name)} />
            <Button
              look="ghost"
              icon="bolt"
              isSmall
              label={`Break ${name}`}
              onClick={() => pane.show({ kind: 'faults', disk: name })}
            />
          </li>
        ))}
      </ul>
      <div className="zfs-buttons">
        <Button
          look="primary"
          isDisabled={disks.length === 0}
          tip={disks.length === 0 ? 'The node has no disks' : 'zpool create …'}
          testId="create-pool"
          onClick={() => pane.show({ kind: 'createPool' })}
        >
          Create a pool…
        </Button>
        <ActionButton argv={['zpool', 'import']}>Look for pools</ActionButton>
        <ActionButton argv={['zpool', 'import', '-a']}>Import all</ActionButton>
      </div>
    </div>
  );
}
