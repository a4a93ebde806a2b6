/**
 * The life of a txg: the one that is open and gathers, the moment it is closed, and the ones that
 * were written, each with what it allocated and freed. And the ring of uberblocks: the slot that made
 * each of them the state of the pool.
 */
import type { ReactElement } from 'react';
import { BLOCK_KINDS, type PoolShape, type TxgShape } from '#protocol/zfs-model.ts';
import { KIND_WORDS, type MapState } from '#renderer/features/zfs/map-state.ts';
import { formatBytes, formatPlural } from '#renderer/model/format.ts';

interface TxgViewProps {
  readonly pool: PoolShape;
  readonly map: MapState;
}

export function TxgView({ pool, map }: TxgViewProps): ReactElement {
  const { txgs } = map;
  const last = txgs.at(-1);
  const openTxg = Math.max(pool.txg, map.txg);
  return (
    <div className="zfs-txgs">
      <ol className="zfs-stages">
        <Stage title="Open" text="Changes gather in memory; a crash now loses them all.">
          txg {openTxg}, {formatBytes(pool.dirtyBytes)} written by programs wait
        </Stage>
        <Stage
          title="Quiescing"
          text="The moment between two: nobody joins, those under way end. It takes no time here."
        >
          at the latest 5 s after a change
        </Stage>
        <Stage
          title="Syncing"
          text="Blocks go to new places, pass after pass until nothing changes; then the uberblock."
        >
          {last === undefined
            ? `txg ${openTxg - 1} is on disk`
            : `txg ${last.txg}: ${formatPlural(last.passes, 'pass', 'passes')}, ` +
              `${formatBytes(sum(last.bornBytes))} allocated, ${formatBytes(sum(last.freedBytes))} freed`}
        </Stage>
      </ol>
      <UberblockRing slots={pool.uberblockSlots} txg={openTxg - 1} />
      {txgs.length === 0 ? (
        <p className="zfs-empty">
          Nothing was written since this pane was opened. Write a file in a terminal, or take a
          snapshot, and see the next txg here.
        </p>
      ) : (
        <TxgBars txgs={txgs} />
      )}
    </div>
  );
}

function Stage(props: {
  readonly title: string;
  readonly text: string;
  readonly children: React.ReactNode;
}): ReactElement {
  return (
    <li>
      <strong>{props.title}</strong>
      <span className="numeric">{props.children}</span>
      <span className="zfs-quiet">{props.text}</span>
    </li>
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

const LABEL_TIP = 'A label, 256 KiB: the pool’s configuration and a ring of uberblocks';
/** A disk from its first byte to its last, not to scale. */
const STRIP = [
  { name: 'L0', look: 'label', tip: LABEL_TIP },
  { name: 'L1', look: 'label', tip: LABEL_TIP },
  { name: 'boot', look: 'boot', tip: 'Kept free for a boot loader: 3.5 MiB' },
  { name: 'data', look: 'data', tip: 'What the disk map shows' },
  { name: 'L2', look: 'label', tip: LABEL_TIP },
  { name: 'L3', look: 'label', tip: LABEL_TIP },
] as const;

/** How far back a crash may go, shown on the ring. */
const RECENT = 3;

export function UberblockRing(props: {
  readonly slots: number;
  readonly txg: number;
}): ReactElement {
  const { slots, txg } = props;
  const current = slots === 0 ? 0 : txg % slots;
  const where = 'in all four labels of every disk';
  const text = `Uberblock of txg ${txg}: slot ${current} of ${slots}, ${where}`;
  return (
    <figure className="zfs-ring" aria-label={text}>
      <figcaption>
        <strong>Uberblock ring</strong>{' '}
        <span className="numeric" data-testid="uberblock">
          txg {txg} → slot {current} of {slots}
        </span>
      </figcaption>
      <div className="zfs-strip" aria-hidden="true">
        {STRIP.map(({ name, tip, look }) => (
          // A new txg makes the labels anew, and so they flash.
          <span
            key={look === 'label' ? `${name} ${txg}` : name}
            className={`zfs-strip-${look}`}
            data-tip={tip}
          >
            {name}
          </span>
        ))}
      </div>
      <div className="zfs-ring-slots" aria-hidden="true">
        {Array.from({ length: slots }, (_, slot) => {
          const age = (current - slot + slots) % slots;
          const look = age === 0 ? 'zfs-slot-now' : age < RECENT ? 'zfs-slot-recent' : '';
          // A young pool has not been around the ring.
          const isEmpty = age > txg;
          return <span key={slot} className={`zfs-slot ${isEmpty ? 'zfs-slot-empty' : look}`} />;
        })}
      </div>
    </figure>
  );
}

function TxgBars({ txgs }: { readonly txgs: readonly TxgShape[] }): ReactElement {
  const most = Math.max(1, ...txgs.map((txg) => Math.max(sum(txg.bornBytes), sum(txg.freedBytes))));
  return (
    <figure className="zfs-bars" aria-label="Txgs since the pane was opened">
      <figcaption>
        <strong>Written txgs</strong>{' '}
        <span className="zfs-quiet">
          up: allocated, down: freed; the tallest is {formatBytes(most)}
        </span>
      </figcaption>
      <ol>
        {txgs.map((txg) => (
          <li key={txg.txg} data-tip={txgWords(txg)}>
            <span className="visually-hidden">{txgWords(txg)}</span>
            <span className="zfs-bar-up" aria-hidden="true">
              <KindStack bytes={txg.bornBytes} most={most} />
            </span>
            <span className="zfs-bar-down" aria-hidden="true">
              <KindStack bytes={txg.freedBytes} most={most} />
            </span>
          </li>
        ))}
      </ol>
    </figure>
  );
}

function KindStack(props: {
  readonly bytes: readonly number[];
  readonly most: number;
}): ReactElement {
  return (
    <>
      {BLOCK_KINDS.map((kind, n) => {
        const share = (100 * (props.bytes[n] ?? 0)) / props.most;
        return share === 0 ? null : (
          <span key={kind} className={`zfs-kind-${kind}`} style={{ height: `${share}%` }} />
        );
      })}
    </>
  );
}

function txgWords(txg: TxgShape): string {
  const parts = BLOCK_KINDS.flatMap((kind, n) => {
    const bytes = txg.bornBytes[n] ?? 0;
    return bytes === 0 ? [] : [`${KIND_WORDS[kind].label} ${formatBytes(bytes)}`];
  });
  return (
    `txg ${txg.txg}: open ${Math.round(txg.openMs)} ms, written in ${txg.syncMs.toFixed(1)} ms ` +
    `(${formatPlural(txg.passes, 'pass', 'passes')}); ${parts.join(', ') || 'nothing allocated'}; ` +
    `${formatBytes(sum(txg.freedBytes))} freed`
  );
}
