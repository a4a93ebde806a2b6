/**
 * Buttons. `label` is what a screen reader says; an icon button shows it as its tooltip. Disabled
 * buttons stay focusable (aria-disabled) so that the tooltip can say why they are off.
 */
import type { ReactElement, ReactNode, Ref } from 'react';
import { Icon, type IconName } from '#renderer/ui/icon.tsx';

export type ButtonLook = 'plain' | 'primary' | 'danger' | 'ghost';

export interface ButtonProps {
  readonly look?: ButtonLook;
  readonly icon?: IconName;
  readonly children?: ReactNode;
  /** Needed when there is no text in the button. */
  readonly label?: string;
  /** Tooltip: one sentence on what happens, or why the button is off. */
  readonly tip?: string;
  /** Shortcut shown in the tooltip, already formatted. */
  readonly keys?: string;
  readonly isDisabled?: boolean;
  readonly isPressed?: boolean;
  readonly isExpanded?: boolean;
  readonly hasMenu?: boolean;
  readonly isSmall?: boolean;
  readonly isSubmit?: boolean;
  readonly autoFocus?: boolean;
  readonly tabIndex?: number;
  readonly className?: string;
  readonly testId?: string;
  readonly onClick?: () => void;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function Button(props: ButtonProps): ReactElement {
  const { look = 'plain', icon, children, label, isDisabled = false, isSmall = false } = props;
  const isIconOnly = children === undefined;
  const classes = [
    'button',
    `button-${look}`,
    isIconOnly ? 'button-icon' : '',
    isSmall ? 'button-small' : '',
    props.className ?? '',
  ];
  return (
    <button
      ref={props.ref}
      type={props.isSubmit === true ? 'submit' : 'button'}
      className={classes.filter((name) => name !== '').join(' ')}
      aria-label={label}
      aria-disabled={isDisabled ? true : undefined}
      aria-pressed={props.isPressed}
      aria-expanded={props.isExpanded}
      aria-haspopup={props.hasMenu === true ? 'menu' : undefined}
      data-tip={props.tip ?? (isIconOnly ? label : undefined)}
      data-tip-keys={props.keys}
      data-testid={props.testId}
      tabIndex={props.tabIndex}
      // A dialog's first field asks for the focus; nothing else does.
      data-autofocus={props.autoFocus === true ? '' : undefined}
      onClick={(event) => {
        if (isDisabled) event.preventDefault();
        else props.onClick?.();
      }}
    >
      {icon === undefined ? null : <Icon name={icon} size={isSmall ? 14 : 16} />}
      {children}
    </button>
  );
}
