/** A button that runs one command, or asks for its blanks first; its tooltip is the command. */
import type { ReactElement, ReactNode } from 'react';
import { type Ask, useZfsPane } from '#renderer/features/zfs/pane-context.ts';
import { shellText } from '#renderer/features/zfs/shell-words.ts';
import { Button, type ButtonLook } from '#renderer/ui/button.tsx';
import type { IconName } from '#renderer/ui/icon.tsx';

interface ActionButtonProps {
  readonly children?: ReactNode;
  readonly label?: string;
  readonly icon?: IconName;
  readonly look?: ButtonLook;
  readonly testId?: string;
  /** Why it can't be done now. */
  readonly offReason?: string | undefined;
  /** Run at once … */
  readonly argv?: readonly string[];
  /** … or asked for first. */
  readonly ask?: () => Ask;
  readonly tip?: string;
}

export function ActionButton(props: ActionButtonProps): ReactElement {
  const { children, label, icon, look = 'plain', testId, offReason, argv, ask, tip } = props;
  const pane = useZfsPane();
  const said = argv === undefined ? tip : shellText(argv);
  return (
    <Button
      look={look}
      isSmall
      isDisabled={offReason !== undefined}
      tip={offReason ?? said ?? ''}
      {...(icon === undefined ? {} : { icon })}
      {...(label === undefined ? {} : { label })}
      {...(testId === undefined ? {} : { testId })}
      onClick={() => {
        if (argv !== undefined) void pane.run(argv);
        else if (ask !== undefined) pane.show({ kind: 'ask', ask: ask() });
      }}
    >
      {children}
    </Button>
  );
}
