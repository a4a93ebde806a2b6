/** Shows the dialog that the window's state names. */
import type { ReactElement } from 'react';
import {
  NewLabDialog,
  RemoveDialog,
  RenameDialog,
} from '#renderer/features/library/lab-dialogs.tsx';
import { Palette } from '#renderer/features/palette/palette.tsx';
import { ProblemsDialog } from '#renderer/features/problems/problems.tsx';
import { SettingsDialog } from '#renderer/features/settings/settings-dialog.tsx';
import { CheatSheet } from '#renderer/features/shortcuts/cheat-sheet.tsx';
import type { DialogState } from '#renderer/model/ui-state.ts';
import { useBench, useUi } from '#renderer/model/workbench.ts';
import { Button } from '#renderer/ui/button.tsx';
import { Dialog } from '#renderer/ui/dialog.tsx';

export function DialogHost(): ReactElement | null {
  const bench = useBench();
  const dialog = useUi((state) => state.dialog);
  const close = (): void => {
    // A dialog that opened another one must not close that.
    bench.ui.setState((state) => (state.dialog === dialog ? { dialog: null } : state));
  };
  switch (dialog?.kind) {
    case 'palette':
      return <Palette onClose={close} />;
    case 'cheatSheet':
      return <CheatSheet onClose={close} />;
    case 'settings':
      return <SettingsDialog onClose={close} />;
    case 'newLab':
      return <NewLabDialog onClose={close} />;
    case 'rename':
      return <RenameDialog labId={dialog.labId} onClose={close} />;
    case 'remove':
      return <RemoveDialog labId={dialog.labId} onClose={close} />;
    case 'problems':
      return <ProblemsDialog onClose={close} />;
    case 'confirm':
      return <Confirm dialog={dialog} onClose={close} />;
    default:
      return null;
  }
}

function Confirm(props: {
  readonly dialog: DialogState & { kind: 'confirm' };
  readonly onClose: () => void;
}): ReactElement {
  const { dialog, onClose } = props;
  return (
    <Dialog
      title={dialog.title}
      role="alertdialog"
      width={420}
      onClose={onClose}
      footer={
        <>
          <Button autoFocus onClick={onClose}>
            Cancel
          </Button>
          <Button
            look="danger"
            testId="confirm"
            onClick={() => {
              onClose();
              dialog.onConfirm();
            }}
          >
            {dialog.confirmLabel}
          </Button>
        </>
      }
    >
      <div className="dialog-content">
        <p>{dialog.text}</p>
      </div>
    </Dialog>
  );
}
