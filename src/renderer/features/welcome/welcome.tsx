/**
 * What a newcomer sees: what this is, the one thing to do, and what will happen then. With labs
 * there but none chosen, it says so instead.
 */
import type { ReactElement } from 'react';
import { CommandButton } from '#renderer/commands/command-button.tsx';
import { createLab, openLab } from '#renderer/model/actions.ts';
import { formatPlural } from '#renderer/model/format.ts';
import { useBench, useLab, useUi } from '#renderer/model/workbench.ts';
import { Button } from '#renderer/ui/button.tsx';
import { Icon } from '#renderer/ui/icon.tsx';

const FIRST_NAME = 'My first lab';
const FIRST_DISK_BYTES = 16 * 1024 ** 3;

export function Welcome(): ReactElement | null {
  const labs = useLab((state) => state.labs);
  if (labs === null) return null;
  return (
    <div className="welcome" data-region="panes">
      {labs.length === 0 ? <FirstLab /> : <ChooseLab />}
    </div>
  );
}

function FirstLab(): ReactElement {
  const bench = useBench();
  const isBusy = useUi((state) => state.pending.has('create'));
  const platform = useLab((state) => state.app?.platform);
  const create = (): void =>
    void createLab(bench, {
      name: FIRST_NAME,
      diskSizesBytes: [FIRST_DISK_BYTES],
      isStarted: true,
    });
  return (
    <section className="welcome-card" aria-labelledby="welcome-title">
      <h1 id="welcome-title">A SmartOS machine in this window</h1>
      <p className="welcome-lead">
        SmartOS Lab runs a whole SmartOS compute node on your computer: no hypervisor, no network
        and no administrator rights needed.
      </p>
      <div className="welcome-action">
        <Button
          look="primary"
          icon="play"
          isDisabled={isBusy || platform === null}
          className="button-large"
          testId="first-lab"
          onClick={create}
        >
          {isBusy ? 'Creating…' : 'Create your first lab and boot it'}
        </Button>
      </div>
      {platform === null ? (
        <p className="welcome-problem" role="alert">
          <Icon name="warning" size={14} /> There is no platform image to boot from. Run{' '}
          <code>npm run build</code>, then start SmartOS Lab again.
        </p>
      ) : null}
      <ol className="welcome-steps">
        <Step number={1} title="A lab is made">
          A folder with one node: 1 GiB of memory and an empty 16 GiB disk that takes hardly any
          space.
        </Step>
        <Step number={2} title="The node boots">
          SmartOS loads into memory and shows its messages on the console. It takes a few seconds.
        </Step>
        <Step number={3} title="You log in">
          Type <code>root</code> at the login prompt, password <code>root</code>, and look around.
          Nothing you do can harm your computer.
        </Step>
      </ol>
      <p className="welcome-else">
        Or <LinkButton id="library.import">import a lab</LinkButton> that somebody shared, or{' '}
        <LinkButton id="library.newLab">choose memory and disk yourself</LinkButton>
      </p>
    </section>
  );
}

function Step(props: {
  readonly number: number;
  readonly title: string;
  readonly children: React.ReactNode;
}): ReactElement {
  return (
    <li className="welcome-step">
      <span className="welcome-number" aria-hidden="true">
        {props.number}
      </span>
      <div>
        <h2>{props.title}</h2>
        <p>{props.children}</p>
      </div>
    </li>
  );
}

function LinkButton(props: {
  readonly id: 'library.import' | 'library.newLab';
  readonly children: React.ReactNode;
}): ReactElement {
  const bench = useBench();
  return (
    <button type="button" className="link" onClick={() => bench.run(props.id)}>
      {props.children}
    </button>
  );
}

function ChooseLab(): ReactElement {
  const bench = useBench();
  const labs = useLab((state) => state.labs) ?? [];
  const selectedId = useUi((state) => state.selectedLabId);
  const selected = labs.find((lab) => lab.id === selectedId);
  const isOpening = useUi(
    (state) => selectedId !== null && state.pending.has(`open:${selectedId}`),
  );
  if (selected !== undefined && isOpening) {
    return <p className="welcome-quiet">Opening {selected.name}…</p>;
  }
  if (selected !== undefined) {
    return (
      <section className="welcome-card welcome-small">
        <h1>{selected.name}</h1>
        <p className="welcome-lead">
          {selected.problem ??
            `This lab is closed. It has ${formatPlural(selected.nodeCount, 'node')}.`}
        </p>
        <div className="welcome-action">
          <Button look="primary" onClick={() => void openLab(bench, selected.id)}>
            {selected.problem === null ? 'Open' : 'Try again'}
          </Button>
        </div>
      </section>
    );
  }
  const recent = [...labs].sort((a, b) => (b.openedAtMs ?? 0) - (a.openedAtMs ?? 0)).slice(0, 5);
  return (
    <section className="welcome-card welcome-small" aria-labelledby="choose-title">
      <h1 id="choose-title">Choose a lab</h1>
      <ul className="welcome-recent">
        {recent.map((lab) => (
          <li key={lab.id}>
            <button type="button" onClick={() => void openLab(bench, lab.id)}>
              <Icon name="lab" />
              <span className="truncate">{lab.name}</span>
              <span className="welcome-note">{formatPlural(lab.nodeCount, 'node')}</span>
            </button>
          </li>
        ))}
      </ul>
      <div className="welcome-action">
        <CommandButton id="library.newLab" look="plain">
          New lab
        </CommandButton>
      </div>
    </section>
  );
}
