/** Buttons and menu entries made from rows of the command table. */
import type { ReactElement, ReactNode } from 'react';
import { availability, shownKeys } from '#renderer/commands/command.ts';
import { commandById } from '#renderer/commands/commands.table.ts';
import type { CommandId } from '#renderer/commands/command-id.ts';
import { useBench, useLab, useUi, type Workbench } from '#renderer/model/workbench.ts';
import { Button, type ButtonLook } from '#renderer/ui/button.tsx';
import type { IconName } from '#renderer/ui/icon.tsx';
import type { MenuItem } from '#renderer/ui/menu.tsx';

export interface CommandButtonProps {
  readonly id: CommandId;
  readonly look?: ButtonLook;
  /** Left out: an icon button. */
  readonly children?: ReactNode;
  readonly isSmall?: boolean;
  readonly tip?: string;
  /** Instead of the command's own. */
  readonly icon?: IconName;
  readonly autoFocus?: boolean;
}

export function CommandButton(props: CommandButtonProps): ReactElement {
  const bench = useBench();
  // The whole stores: what a row's `when` reads is its own business.
  useLab((state) => state);
  useUi((state) => state);
  const command = commandById(props.id);
  const state = availability(command, bench);
  const keys = shownKeys(command, bench.platform);
  const icon = props.icon ?? command.icon;
  return (
    <Button
      look={props.look ?? 'ghost'}
      {...(icon === undefined ? {} : { icon })}
      {...(keys === undefined ? {} : { keys })}
      {...(props.children === undefined ? { label: command.title } : {})}
      tip={state === true ? (props.tip ?? command.title) : state}
      isDisabled={state !== true}
      isSmall={props.isSmall ?? false}
      autoFocus={props.autoFocus ?? false}
      testId={props.id}
      onClick={() => bench.run(props.id)}
    >
      {props.children}
    </Button>
  );
}

export function commandMenuItem(
  bench: Workbench,
  id: CommandId,
  extra: Partial<MenuItem> = {},
): MenuItem {
  const command = commandById(id);
  const state = availability(command, bench);
  return {
    id,
    label: command.title,
    icon: command.icon,
    keys: shownKeys(command, bench.platform),
    isDanger: command.isDanger ?? false,
    disabledReason: state === true ? undefined : state,
    onSelect: () => bench.run(id),
    ...extra,
  };
}
