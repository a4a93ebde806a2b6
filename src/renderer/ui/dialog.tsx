/**
 * A modal dialog on the platform's own <dialog>: the browser keeps the focus inside, makes the rest
 * inert, closes on Esc and gives the focus back. Surprising: React's onClose does not bubble, so it
 * is bound here; a click on the shade closes only when it also began there (no lost selections).
 */
import { type ReactElement, type ReactNode, useEffect, useId, useRef } from 'react';
import { Button } from '#renderer/ui/button.tsx';

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Buttons, the primary one last. */
  readonly footer?: ReactNode;
  readonly width?: number;
  readonly className?: string;
  /** No visible title bar; `title` still names the dialog. */
  readonly isBare?: boolean;
  readonly role?: 'dialog' | 'alertdialog';
}

export function Dialog(props: DialogProps): ReactElement {
  const ref = useRef<HTMLDialogElement>(null);
  const pressedShade = useRef(false);
  const titleId = useId();
  const { onClose } = props;

  useEffect(() => {
    const dialog = ref.current;
    if (dialog === null) return;
    const before = document.activeElement;
    dialog.showModal();
    // Not the close button, which the browser would choose: it comes first in the document.
    const first =
      dialog.querySelector<HTMLElement>('[data-autofocus]') ??
      dialog.querySelector<HTMLElement>('.dialog-content :is(input:checked, input, select)') ??
      dialog.querySelector<HTMLElement>('.dialog-foot button');
    first?.focus();
    return () => {
      dialog.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  return (
    <dialog
      ref={ref}
      role={props.role ?? 'dialog'}
      className={`dialog ${props.className ?? ''}`}
      style={props.width === undefined ? undefined : { width: props.width }}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => {
        pressedShade.current = event.target === ref.current;
      }}
      onClick={(event) => {
        if (pressedShade.current && event.target === ref.current) onClose();
      }}
    >
      <div className="dialog-body">
        {props.isBare === true ? (
          <h2 id={titleId} className="visually-hidden">
            {props.title}
          </h2>
        ) : (
          <header className="dialog-head">
            <h2 id={titleId}>{props.title}</h2>
            <Button look="ghost" icon="close" label="Close" isSmall onClick={onClose} />
          </header>
        )}
        {props.children}
        {props.footer === undefined ? null : (
          <footer className="dialog-foot">{props.footer}</footer>
        )}
      </div>
    </dialog>
  );
}
