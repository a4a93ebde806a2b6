/** A new pool: which disks, which layout, what that means, and the command that makes it. */
import { type ReactElement, useState } from 'react';
import { CommandForm } from '#renderer/features/zfs/ask-dialog.tsx';
import { type DiskChoice, useZfsPane } from '#renderer/features/zfs/pane-context.ts';
import {
  createPoolCommand,
  fits,
  POOL_LAYOUTS,
  type PoolLayout,
  poolNameProblem,
} from '#renderer/features/zfs/pool-layouts.ts';
import { formatBytes, formatPlural } from '#renderer/model/format.ts';
import { Dialog } from '#renderer/ui/dialog.tsx';
import { Field } from '#renderer/ui/field.tsx';

const FIRST_NAMES = ['tank', 'zones', 'pool', 'data'] as const;

export function CreatePoolDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const { disks, pools } = useZfsPane();
  const free = disks.filter(({ pool }) => pool === undefined);
  const taken = new Set(pools.map(({ name }) => name));
  const [name, setName] = useState(
    () => FIRST_NAMES.find((each) => !taken.has(each)) ?? `tank${pools.length}`,
  );
  const [chosen, setChosen] = useState<readonly string[]>(() =>
    free.slice(0, free.length >= 2 ? 2 : 1).map((disk) => disk.name),
  );
  const [wanted, setWanted] = useState<PoolLayout['id']>('mirror');
  const possible = POOL_LAYOUTS.filter((layout) => fits(layout, chosen.length));
  const layout = possible.find(({ id }) => id === wanted) ?? possible[0];
  const problem = poolNameProblem(name);
  const sizes = free.filter((disk) => chosen.includes(disk.name)).map((disk) => disk.sizeBytes);
  return (
    <Dialog title="Create a pool" width={560} onClose={onClose}>
      <CommandForm
        argv={createPoolCommand(name, layout?.id ?? 'single', chosen)}
        runLabel="Create"
        isReady={layout !== undefined && problem === undefined}
        onClose={onClose}
      >
        <Field label="Name" hint="Its file system appears below / by this name" error={problem}>
          {({ id, describedBy, isInvalid }) => (
            <input
              id={id}
              className="input"
              value={name}
              spellCheck={false}
              autoComplete="off"
              aria-describedby={describedBy}
              aria-invalid={isInvalid}
              data-autofocus=""
              onFocus={(event) => event.target.select()}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <DiskChecks disks={free} chosen={chosen} onChange={setChosen} />
        <LayoutChoice
          count={chosen.length}
          chosen={layout?.id}
          sizes={sizes}
          onChange={setWanted}
        />
      </CommandForm>
    </Dialog>
  );
}

function DiskChecks(props: {
  readonly disks: readonly DiskChoice[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}): ReactElement {
  const { disks, chosen, onChange } = props;
  return (
    <fieldset className="zfs-fieldset">
      <legend>Disks</legend>
      {disks.length === 0 ? (
        <p className="zfs-quiet">Every disk of the node is in a pool already</p>
      ) : null}
      <div className="zfs-checks">
        {disks.map(({ name, sizeBytes }) => (
          <label key={name}>
            <input
              type="checkbox"
              checked={chosen.includes(name)}
              onChange={(event) =>
                onChange(
                  // In the order of the disks, whatever order they were ticked in.
                  disks
                    .map((disk) => disk.name)
                    .filter((each) =>
                      each === name ? event.target.checked : chosen.includes(each),
                    ),
                )
              }
            />
            <span>{name}</span>
            <span className="zfs-quiet">{formatBytes(sizeBytes)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function LayoutChoice(props: {
  readonly count: number;
  readonly chosen: PoolLayout['id'] | undefined;
  readonly sizes: readonly number[];
  readonly onChange: (id: PoolLayout['id']) => void;
}): ReactElement {
  const { count, chosen, sizes, onChange } = props;
  const least = sizes.length === 0 ? 0 : Math.min(...sizes);
  return (
    <fieldset className="zfs-fieldset">
      <legend>Layout</legend>
      <div className="zfs-layouts">
        {POOL_LAYOUTS.map((layout) => {
          const isPossible = fits(layout, count);
          return (
            <label key={layout.id} className={isPossible ? '' : 'zfs-layout-off'}>
              <input
                type="radio"
                name="layout"
                value={layout.id}
                checked={chosen === layout.id}
                disabled={!isPossible}
                onChange={() => onChange(layout.id)}
              />
              <span className="zfs-layout-text">
                <strong>{layout.title}</strong>
                <span>{layout.meaning}</span>
              </span>
              <span className="zfs-layout-size numeric">
                {isPossible
                  ? `about ${formatBytes(layout.dataDisks(count) * least)}`
                  : needWords(layout)}
              </span>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}

function needWords({ leastDisks, mostDisks }: PoolLayout): string {
  if (mostDisks === 1) return 'one disk';
  return `${formatPlural(leastDisks, 'disk')} or more`;
}
