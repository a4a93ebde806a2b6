/** What went wrong: toasts that pass, and the list of problems that stays until it is cleared. */
import { type ReactElement, useEffect, useState } from 'react';
import { commandById } from '#renderer/commands/commands.table.ts';
import { formatBytes } from '#renderer/model/format.ts';
import { type Notice, type Transfer, withoutToast } from '#renderer/model/ui-state.ts';
import { useBench, useUi } from '#renderer/model/workbench.ts';
import { Button } from '#renderer/ui/button.tsx';
import { Dialog } from '#renderer/ui/dialog.tsx';
import { Icon, type IconName } from '#renderer/ui/icon.tsx';
import { Progress } from '#renderer/ui/progress.tsx';

const ICONS: Readonly<Record<Notice['level'], IconName>> = {
  info: 'info',
  warning: 'warning',
  error: 'error',
};

/** Long enough to read; errors stay longer and can be found again in the list. */
const SHOWN_MS: Readonly<Record<Notice['level'], number>> = {
  info: 4500,
  warning: 9000,
  error: 12_000,
};

export function Toasts(): ReactElement {
  const toasts = useUi((state) => state.toasts);
  const transfers = useUi((state) => state.transfers);
  return (
    <div className="toasts">
      {transfers.map((transfer) => (
        <TransferCard key={transfer.id} transfer={transfer} />
      ))}
      {toasts.map((notice) => (
        <Toast key={notice.id} notice={notice} />
      ))}
    </div>
  );
}

function Toast({ notice }: { readonly notice: Notice }): ReactElement {
  const bench = useBench();
  const [isHeld, setHeld] = useState(false);
  const close = (): void => bench.ui.setState((state) => withoutToast(state, notice.id));
  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(
      () => bench.ui.setState((state) => withoutToast(state, notice.id)),
      SHOWN_MS[notice.level],
    );
    return () => clearTimeout(timer);
  }, [bench, notice, isHeld]);
  return (
    <div
      className={`toast toast-${notice.level}`}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Icon name={ICONS[notice.level]} />
      <NoticeText notice={notice} onAction={close} />
      <Button look="ghost" icon="close" isSmall label="Dismiss" onClick={close} />
    </div>
  );
}

function NoticeText(props: {
  readonly notice: Notice;
  readonly onAction: () => void;
}): ReactElement {
  const { notice, onAction } = props;
  const bench = useBench();
  const { command } = notice;
  return (
    <div className="notice-text">
      <p className="notice-title selectable">{notice.title}</p>
      {notice.advice === '' ? null : <p className="notice-advice">{notice.advice}</p>}
      {command === undefined ? null : (
        <Button
          isSmall
          onClick={() => {
            onAction();
            bench.run(command);
          }}
        >
          {commandById(command).title}
        </Button>
      )}
    </div>
  );
}

function TransferCard({ transfer }: { readonly transfer: Transfer }): ReactElement {
  const { doneBytes, totalBytes } = transfer;
  const fraction = totalBytes === undefined ? undefined : doneBytes / Math.max(1, totalBytes);
  const size =
    totalBytes === undefined
      ? formatBytes(doneBytes)
      : `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`;
  return (
    <div className="toast toast-info">
      <div className="notice-text">
        <p className="notice-title">{transfer.title}</p>
        <p className="notice-advice numeric">{size}</p>
        <Progress label={transfer.title} fraction={fraction} />
      </div>
      <Button isSmall onClick={transfer.cancel}>
        Cancel
      </Button>
    </div>
  );
}

export function ProblemsDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const bench = useBench();
  const problems = useUi((state) => state.problems);
  return (
    <Dialog
      title="Problems"
      width={540}
      onClose={onClose}
      footer={
        <>
          {problems.length === 0 ? null : (
            <Button onClick={() => bench.ui.setState({ problems: [] })}>Clear the list</Button>
          )}
          <Button look="primary" autoFocus onClick={onClose}>
            Done
          </Button>
        </>
      }
    >
      <div className="dialog-content">
        {problems.length === 0 ? (
          <p>Nothing is wrong. What fails later is listed here until you clear it.</p>
        ) : (
          <ul className="problem-list">
            {problems.map((notice) => (
              <li key={notice.id} className={`problem toast-${notice.level}`}>
                <Icon name={ICONS[notice.level]} />
                <NoticeText notice={notice} onAction={onClose} />
                <time
                  className="problem-time numeric"
                  dateTime={new Date(notice.atMs).toISOString()}
                >
                  {new Date(notice.atMs).toLocaleTimeString([], { timeStyle: 'short' })}
                </time>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  );
}
