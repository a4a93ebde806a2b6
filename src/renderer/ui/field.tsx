/** A labelled form field with its hint and its error, tied together for screen readers. */
import { type ReactElement, type ReactNode, useId } from 'react';

export interface FieldProps {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  /** Gets the ids to put on the control. */
  readonly children: (ids: { id: string; describedBy: string; isInvalid: boolean }) => ReactNode;
  readonly isRow?: boolean;
}

export function Field({ label, hint, error, children, isRow = false }: FieldProps): ReactElement {
  const id = useId();
  const noteId = `${id}-note`;
  const isInvalid = error !== undefined;
  return (
    <div className={isRow ? 'field field-row' : 'field'}>
      <div className="field-text">
        <label htmlFor={id}>{label}</label>
        {isRow ? <FieldNote id={noteId} hint={hint} error={error} /> : null}
      </div>
      {children({ id, describedBy: noteId, isInvalid })}
      {isRow ? null : <FieldNote id={noteId} hint={hint} error={error} />}
    </div>
  );
}

function FieldNote(props: {
  readonly id: string;
  readonly hint: ReactNode;
  readonly error: string | undefined;
}): ReactElement {
  return (
    <p
      id={props.id}
      className={props.error === undefined ? 'field-hint' : 'field-error'}
      role={props.error === undefined ? undefined : 'alert'}
    >
      {props.error ?? props.hint}
    </p>
  );
}
