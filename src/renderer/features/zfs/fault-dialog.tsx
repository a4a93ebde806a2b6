/**
 * What can go wrong with a disk, and ends it again. Nothing here is a command of the node: it is what
 * a hand, a cable or a cosmic ray does to the hardware; the node has to find out.
 */
import { type ReactElement, useState } from 'react';
import type { DiskFault, DiskFaultState } from '#protocol/zfs-model.ts';
import {
  FAULT_ROWS,
  type FaultRow,
  faultWords,
  flipRange,
  type LastingKind,
} from '#renderer/features/zfs/fault-words.ts';
import { useZfsPane } from '#renderer/features/zfs/pane-context.ts';
import { act } from '#renderer/model/actions.ts';
import { useBench } from '#renderer/model/workbench.ts';
import { Button } from '#renderer/ui/button.tsx';
import { Dialog } from '#renderer/ui/dialog.tsx';

interface FaultDialogProps {
  readonly disk: string;
  readonly onClose: () => void;
}

export function FaultDialog({ disk, onClose }: FaultDialogProps): ReactElement {
  const { faults, disks } = useZfsPane();
  const { inject, heal } = useFaultActions(disk);
  const state = faults.find((fault) => fault.disk === disk);
  const pool = disks.find(({ name }) => name === disk)?.pool;
  const words = state === undefined ? [] : faultWords(state);
  return (
    <Dialog
      title={`Break ${disk}`}
      width={560}
      onClose={onClose}
      footer={
        <>
          <Button isDisabled={words.length === 0} testId="heal-all" onClick={() => heal(undefined)}>
            Mend everything
          </Button>
          <Button look="primary" onClick={onClose}>
            Close and watch
          </Button>
        </>
      }
    >
      <div className="dialog-content">
        <p>
          This happens to the hardware{pool === undefined ? '' : `, under pool ${pool}`}. The node
          is told nothing: it meets the errors when it next uses the disk.
        </p>
        <ul className="zfs-fault-list">
          <FlipRow disk={disk} onInject={inject} />
          {FAULT_ROWS.map((row) => (
            <FaultLine key={row.kind} row={row} state={state} onInject={inject} onHeal={heal} />
          ))}
        </ul>
      </div>
    </Dialog>
  );
}

function useFaultActions(disk: string): {
  readonly inject: (fault: DiskFault) => void;
  readonly heal: (what: LastingKind | undefined) => void;
} {
  const bench = useBench();
  const { address } = useZfsPane();
  const { labId, node } = address;
  const key = `fault:${labId}/${node}/${disk}`;
  return {
    inject: (fault) =>
      void act(bench, key, async () => {
        await bench.link.client().disks.inject({ labId, node, disk, fault });
      }),
    heal: (what) =>
      void act(bench, key, async () => {
        await bench.link
          .client()
          .disks.heal({ labId, node, disk, ...(what === undefined ? {} : { what }) });
      }),
  };
}

interface FaultLineProps {
  readonly row: FaultRow;
  readonly state: DiskFaultState | undefined;
  readonly onInject: (fault: DiskFault) => void;
  readonly onHeal: (what: LastingKind) => void;
}

function FaultLine({ row, state, onInject, onHeal }: FaultLineProps): ReactElement {
  const isActive = state !== undefined && row.isActive(state);
  return (
    <li className={isActive ? 'zfs-fault-row zfs-fault-active' : 'zfs-fault-row'}>
      <div>
        <strong>{row.title}</strong>
        <span>{row.meaning}</span>
      </div>
      <span className="zfs-fault-buttons">
        {isActive ? (
          <Button
            isSmall
            look="primary"
            testId={`heal-${row.kind}`}
            onClick={() => onHeal(row.kind)}
          >
            {row.healLabel}
          </Button>
        ) : (
          row.options.map(({ label, fault }) => (
            <Button
              key={label}
              isSmall
              label={`${row.title}: ${label}`}
              tip={row.meaning}
              testId={`inject-${row.kind}`}
              onClick={() => onInject(fault)}
            >
              {label}
            </Button>
          ))
        )}
      </span>
    </li>
  );
}

function FlipRow(props: {
  readonly disk: string;
  readonly onInject: (fault: DiskFault) => void;
}): ReactElement {
  const { disk, onInject } = props;
  const { disks } = useZfsPane();
  const [place, setPlace] = useState<'data' | 'labels'>('data');
  const sizeBytes = disks.find(({ name }) => name === disk)?.sizeBytes ?? 0;
  const flip = (count: number): void =>
    onInject({ kind: 'flipBits', count, ...flipRange(place, sizeBytes) });
  return (
    <li className="zfs-fault-row">
      <div>
        <strong>Flip bits</strong>
        <span>
          A cosmic ray: stored bits change, each in a sector that holds something. The disk says
          nothing; only a checksum can tell.
        </span>
        <label className="zfs-flip-place">
          Where
          <select
            className="input"
            value={place}
            onChange={(event) => setPlace(event.target.value === 'labels' ? 'labels' : 'data')}
          >
            <option value="data">in the data</option>
            <option value="labels">in the front labels</option>
          </select>
        </label>
      </div>
      <span className="zfs-fault-buttons">
        {[1, 10, 100].map((count) => (
          <Button
            key={count}
            isSmall
            label={`Flip ${count} bits on ${disk}`}
            testId={`flip-${count}`}
            onClick={() => flip(count)}
          >
            {String(count)}
          </Button>
        ))}
      </span>
    </li>
  );
}
