/**
 * The strip below the pane: the last command with its outcome; opened, all of them with what they
 * printed. It is the lesson of every click: what to type next time.
 */
import { type ReactElement, useState } from 'react';
import { useStore } from 'zustand';
import { type CommandRun, firstLine } from '#renderer/features/zfs/command-runs.ts';
import { useZfsPane } from '#renderer/features/zfs/pane-context.ts';
import { notify, useBench } from '#renderer/model/workbench.ts';
import { Button } from '#renderer/ui/button.tsx';
import { Icon } from '#renderer/ui/icon.tsx';

export function CommandLog(): ReactElement {
  const { runs } = useZfsPane();
  const all = useStore(runs.runs);
  const [isOpen, setOpen] = useState(false);
  const last = all.at(-1);
  return (
    <section className="zfs-log" aria-label="Commands run from this pane">
      {isOpen ? (
        <ol className="zfs-log-list selectable" tabIndex={0} aria-label="Commands and their output">
          {all.toReversed().map((run) => (
            <li key={run.id}>
              <RunLine run={run} />
              {run.output.trim() === '' ? null : <pre>{run.output.trimEnd()}</pre>}
            </li>
          ))}
        </ol>
      ) : null}
      <div className="zfs-log-strip">
        {last === undefined ? (
          <span className="zfs-log-empty truncate">
            Every button here runs a command in the node; it will be shown in this line
          </span>
        ) : (
          <RunLine run={last} isShort />
        )}
        {last === undefined ? null : (
          <Button
            look="ghost"
            isSmall
            isExpanded={isOpen}
            icon={isOpen ? 'chevronDown' : 'chevronUp'}
            testId="zfs-log"
            onClick={() => setOpen(!isOpen)}
          >
            {isOpen ? 'Fold' : `All ${all.length}`}
          </Button>
        )}
      </div>
    </section>
  );
}

function RunLine(props: { readonly run: CommandRun; readonly isShort?: boolean }): ReactElement {
  const { run, isShort = false } = props;
  const bench = useBench();
  const failed = !run.isRunning && run.status !== 0;
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(run.text);
    notify(bench, { level: 'info', title: 'Copied the command' });
  };
  return (
    <div className={failed ? 'zfs-run zfs-run-failed' : 'zfs-run'}>
      <Icon name={run.isRunning ? 'more' : failed ? 'error' : 'ok'} size={14} />
      <span className="visually-hidden">{outcomeWord(run)}</span>
      <code className="truncate" title={run.text}>
        {run.text}
      </code>
      {isShort && failed ? (
        <span className="zfs-run-error truncate" title={run.output}>
          {firstLine(run.output) ?? `exit status ${run.status ?? '?'}`}
        </span>
      ) : null}
      <Button
        look="ghost"
        icon="copy"
        isSmall
        label={`Copy ${run.text}`}
        onClick={() => void copy()}
      />
    </div>
  );
}

function outcomeWord({ isRunning, status }: CommandRun): string {
  if (isRunning) return 'Running:';
  return status === 0 ? 'Done:' : `Failed with status ${status ?? 'unknown'}:`;
}
