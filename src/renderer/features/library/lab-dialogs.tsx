/** The dialogs that make, rename and remove a lab. */
import { type FormEvent, type ReactElement, useState } from 'react';
import { freeLabName, nameProblem } from '#renderer/features/library/rows.ts';
import { createLab, removeLab, renameLab } from '#renderer/model/actions.ts';
import { formatBytes } from '#renderer/model/format.ts';
import { useBench, useLab, useUi } from '#renderer/model/workbench.ts';
import { Button } from '#renderer/ui/button.tsx';
import { Dialog } from '#renderer/ui/dialog.tsx';
import { Field } from '#renderer/ui/field.tsx';

const GIB = 1024 ** 3;
const RAM_CHOICES = [0.5, 1, 2, 4].map((gib) => gib * GIB);
const DISK_CHOICES = [0, 8, 16, 32, 64].map((gib) => gib * GIB);
const DISK_COUNTS = [1, 2, 3, 4, 6, 8] as const;

const NO_LABS: readonly never[] = [];

export function NewLabDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const bench = useBench();
  const labs = useLab((state) => state.labs) ?? NO_LABS;
  const isBusy = useUi((state) => state.pending.has('create'));
  const [name, setName] = useState(() => freeLabName(labs));
  const [ramBytes, setRam] = useState(GIB);
  const [diskBytes, setDisk] = useState(16 * GIB);
  const [diskCount, setDiskCount] = useState<number>(2);
  const [isStarted, setStarted] = useState(true);
  const problem = nameProblem(name, labs);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (problem !== undefined) return;
    const diskSizesBytes = diskBytes === 0 ? [] : new Array<number>(diskCount).fill(diskBytes);
    const wanted = { name: name.trim(), ramBytes, diskSizesBytes, isStarted };
    if (await createLab(bench, wanted)) onClose();
  };

  return (
    <Dialog title="New lab" onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-content">
          <NameField name={name} problem={problem} onChange={setName} />
          <Field label="Memory" hint="SmartOS lives in memory; the whole system fits." isRow>
            {({ id, describedBy }) => (
              <SizeSelect
                id={id}
                describedBy={describedBy}
                value={ramBytes}
                choices={RAM_CHOICES}
                onChange={setRam}
              />
            )}
          </Field>
          <Field label="Disk" hint="A sparse file: it takes space on your disk as it fills." isRow>
            {({ id, describedBy }) => (
              <SizeSelect
                id={id}
                describedBy={describedBy}
                value={diskBytes}
                choices={DISK_CHOICES}
                onChange={setDisk}
              />
            )}
          </Field>
          <DiskCount value={diskCount} hasDisks={diskBytes > 0} onChange={setDiskCount} />
          <StartSwitch isStarted={isStarted} onChange={setStarted} />
        </div>
        <footer className="dialog-foot">
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            isSubmit
            isDisabled={isBusy || problem !== undefined}
            testId="create"
          >
            {isBusy ? 'Creating…' : isStarted ? 'Create and start' : 'Create'}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

function StartSwitch(props: {
  readonly isStarted: boolean;
  readonly onChange: (isStarted: boolean) => void;
}): ReactElement {
  return (
    <Field label="Start the node at once" isRow>
      {({ id }) => (
        <input
          id={id}
          type="checkbox"
          className="switch"
          checked={props.isStarted}
          onChange={(event) => props.onChange(event.target.checked)}
        />
      )}
    </Field>
  );
}

function DiskCount(props: {
  readonly value: number;
  readonly hasDisks: boolean;
  readonly onChange: (count: number) => void;
}): ReactElement {
  return (
    <Field label="Number of disks" hint="Two or more can mirror each other." isRow>
      {({ id, describedBy }) => (
        <select
          id={id}
          className="input input-number"
          aria-describedby={describedBy}
          value={props.value}
          disabled={!props.hasDisks}
          onChange={(event) => props.onChange(Number(event.target.value))}
        >
          {DISK_COUNTS.map((count) => (
            <option key={count} value={count}>
              {count}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function NameField(props: {
  readonly name: string;
  readonly problem: string | undefined;
  readonly onChange: (name: string) => void;
}): ReactElement {
  return (
    <Field label="Name" error={props.problem}>
      {({ id, describedBy, isInvalid }) => (
        <input
          id={id}
          className="input"
          value={props.name}
          maxLength={100}
          aria-describedby={describedBy}
          aria-invalid={isInvalid}
          data-autofocus=""
          onFocus={(event) => event.target.select()}
          onChange={(event) => props.onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

function SizeSelect(props: {
  readonly id: string;
  readonly describedBy: string;
  readonly value: number;
  readonly choices: readonly number[];
  readonly onChange: (bytes: number) => void;
}): ReactElement {
  return (
    <select
      id={props.id}
      className="input"
      aria-describedby={props.describedBy}
      value={props.value}
      onChange={(event) => props.onChange(Number(event.target.value))}
    >
      {props.choices.map((bytes) => (
        <option key={bytes} value={bytes}>
          {bytes === 0 ? 'None' : formatBytes(bytes)}
        </option>
      ))}
    </select>
  );
}

interface LabDialogProps {
  readonly labId: string;
  readonly onClose: () => void;
}

export function RenameDialog({ labId, onClose }: LabDialogProps): ReactElement {
  const bench = useBench();
  const labs = useLab((state) => state.labs) ?? NO_LABS;
  const before = labs.find((lab) => lab.id === labId)?.name ?? '';
  const isBusy = useUi((state) => state.pending.has(`rename:${labId}`));
  const [name, setName] = useState(before);
  const problem = nameProblem(name, labs, labId);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (problem !== undefined) return;
    if (name.trim() === before || (await renameLab(bench, labId, name.trim()))) onClose();
  };

  return (
    <Dialog title="Rename lab" width={400} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-content">
          <NameField name={name} problem={problem} onChange={setName} />
        </div>
        <footer className="dialog-foot">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" isSubmit isDisabled={isBusy || problem !== undefined}>
            Rename
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

const REMOVE_TEXT =
  'Deleting its files removes the nodes’ disks, captures and dumps for good. ' +
  'To keep a copy, export the lab first.';

export function RemoveDialog({ labId, onClose }: LabDialogProps): ReactElement | null {
  const bench = useBench();
  const lab = useLab((state) => state.labs)?.find((other) => other.id === labId);
  const isBusy = useUi((state) => state.pending.has(`remove:${labId}`));
  if (lab === undefined) return null;
  const isRunning = lab.activeNodeCount > 0;
  const remove = async (what: 'files' | 'entry'): Promise<void> => {
    if (await removeLab(bench, labId, what)) onClose();
  };
  return (
    <Dialog
      title={`Remove "${lab.name}"?`}
      role="alertdialog"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose} autoFocus>
            Cancel
          </Button>
          <Button
            isDisabled={isBusy || isRunning}
            tip="The files stay on your disk; the lab is no longer listed"
            onClick={() => void remove('entry')}
          >
            Take off the list
          </Button>
          <Button
            look="danger"
            isDisabled={isBusy || isRunning}
            testId="delete-files"
            onClick={() => void remove('files')}
          >
            Delete files
          </Button>
        </>
      }
    >
      <div className="dialog-content">
        <p>{isRunning ? 'A node of this lab is running. Shut it down first.' : REMOVE_TEXT}</p>
        <p className="dialog-path selectable">{lab.path}</p>
      </div>
    </Dialog>
  );
}
