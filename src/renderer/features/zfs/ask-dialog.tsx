/**
 * Asks for the blanks of a command, shows the command as it grows, and runs it. A command that fails
 * keeps the dialog open with its own words; nothing is guessed about why.
 */
import { type FormEvent, type ReactElement, useState } from 'react';
import type { CommandRun } from '#renderer/features/zfs/command-runs.ts';
import { type Ask, type AskField, useZfsPane } from '#renderer/features/zfs/pane-context.ts';
import { shellText } from '#renderer/features/zfs/shell-words.ts';
import { Button } from '#renderer/ui/button.tsx';
import { Dialog } from '#renderer/ui/dialog.tsx';
import { Field } from '#renderer/ui/field.tsx';
import { Icon } from '#renderer/ui/icon.tsx';

export function AskDialog(props: {
  readonly ask: Ask;
  readonly onClose: () => void;
}): ReactElement {
  const { ask, onClose } = props;
  const [values, setValues] = useState(() =>
    Object.fromEntries(ask.fields.map(({ name, initial }) => [name, initial])),
  );
  const isWhole = ask.fields.every(
    ({ name, isOptional }) => isOptional === true || (values[name] ?? '').trim() !== '',
  );
  return (
    <Dialog title={ask.title} width={480} onClose={onClose}>
      <CommandForm
        argv={ask.argv(values)}
        runLabel={ask.runLabel}
        isReady={isWhole}
        isDanger={ask.isDanger ?? false}
        onClose={onClose}
      >
        <p>{ask.text}</p>
        {ask.fields.map((field, n) => (
          <BlankField
            key={field.name}
            field={field}
            isFirst={n === 0}
            value={values[field.name] ?? ''}
            onChange={(value) => setValues({ ...values, [field.name]: value })}
          />
        ))}
      </CommandForm>
    </Dialog>
  );
}

interface CommandFormProps {
  readonly argv: readonly string[];
  readonly runLabel: string;
  readonly isReady: boolean;
  readonly isDanger?: boolean;
  readonly onClose: () => void;
  readonly children: React.ReactNode;
}

/** The fields, the command as it stands, and what it said when it failed. */
export function CommandForm(props: CommandFormProps): ReactElement {
  const { argv, runLabel, isReady, isDanger = false, onClose, children } = props;
  const pane = useZfsPane();
  const [failed, setFailed] = useState<CommandRun>();
  const [isRunning, setRunning] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!isReady || isRunning) return;
    setRunning(true);
    const run = await pane.run(argv);
    setRunning(false);
    if (run.status === 0) onClose();
    else setFailed(run);
  };
  return (
    <form className="zfs-form" onSubmit={(event) => void submit(event)}>
      <div className="dialog-content">
        {children}
        <CommandText argv={argv} />
        {failed === undefined ? null : (
          <div className="zfs-failed" role="alert">
            <Icon name="error" size={14} />
            <pre className="selectable">
              {failed.output.trim() === ''
                ? `${failed.text}: exit status ${failed.status ?? 'unknown'}`
                : failed.output.trim()}
            </pre>
          </div>
        )}
      </div>
      <footer className="dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look={isDanger ? 'danger' : 'primary'}
          isSubmit
          isDisabled={!isReady || isRunning}
          testId="run"
        >
          {isRunning ? 'Running…' : runLabel}
        </Button>
      </footer>
    </form>
  );
}

/** The command line, as it will be run. */
function CommandText({ argv }: { readonly argv: readonly string[] }): ReactElement {
  return (
    <div className="zfs-command">
      <span className="zfs-command-label">Runs in the node</span>
      <code className="selectable" data-testid="command">
        {shellText(argv)}
      </code>
    </div>
  );
}

interface BlankFieldProps {
  readonly field: AskField;
  readonly isFirst: boolean;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function BlankField({ field, isFirst, value, onChange }: BlankFieldProps): ReactElement {
  const { label, hint, choices } = field;
  return (
    <Field label={label} hint={hint}>
      {({ id, describedBy }) =>
        choices === undefined ? (
          <input
            id={id}
            className="input"
            value={value}
            spellCheck={false}
            autoComplete="off"
            aria-describedby={describedBy}
            data-autofocus={isFirst ? '' : undefined}
            onFocus={(event) => event.target.select()}
            onChange={(event) => onChange(event.target.value)}
          />
        ) : (
          <select
            id={id}
            className="input"
            value={value}
            aria-describedby={describedBy}
            onChange={(event) => onChange(event.target.value)}
          >
            {choices.map((choice) => (
              <option key={choice.value} value={choice.value}>
                {choice.label}
              </option>
            ))}
          </select>
        )
      }
    </Field>
  );
}
