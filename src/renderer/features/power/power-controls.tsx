/** The power buttons of the selected node, for the title bar: what makes sense now comes first. */
import type { ReactElement } from 'react';
import { CommandButton, commandMenuItem } from '#renderer/commands/command-button.tsx';
import { findNode } from '#renderer/model/lab-state.ts';
import { meaningOf } from '#renderer/model/node-state.ts';
import { useBench, useLab, useUi } from '#renderer/model/workbench.ts';
import { Lamp } from '#renderer/ui/lamp.tsx';
import { MenuButton } from '#renderer/ui/menu.tsx';

export function PowerControls(): ReactElement | null {
  const bench = useBench();
  const address = useUi((state) => state.selectedNode);
  const node = useLab((state) => findNode(state, address));
  if (node === undefined) return null;
  const { word, lamp, sentence } = meaningOf(node.state);
  const isStopped = node.state.kind === 'off' || node.state.kind === 'panicked';
  return (
    <div className="power" role="toolbar" aria-label={`Power of ${node.name}`}>
      <span className="power-state" data-tip={sentence} data-testid="node-state">
        <Lamp state={lamp} />
        <span className="power-name truncate">{node.name}</span>
        <span className="power-word">{word}</span>
      </span>
      {isStopped ? (
        <CommandButton id="node.powerOn" look="plain" isSmall tip="Boot SmartOS into memory">
          {node.state.kind === 'panicked' ? 'Start again' : 'Start'}
        </CommandButton>
      ) : (
        <>
          <CommandButton
            id="node.shutDown"
            isSmall
            tip="Shut down: services stop in order, then the node turns off"
          />
          <CommandButton id="node.reset" isSmall tip="Reset: restart at once" />
        </>
      )}
      <MenuButton
        look="ghost"
        icon="more"
        isSmall
        label="More node actions"
        menuLabel="Node actions"
        items={() => [
          commandMenuItem(bench, 'console.show'),
          commandMenuItem(bench, 'terminal.new'),
          commandMenuItem(bench, 'node.shutDown', { hasLineAbove: true }),
          commandMenuItem(bench, 'node.reset'),
          commandMenuItem(bench, 'node.kill', { hasLineAbove: true }),
          commandMenuItem(bench, 'node.nmi'),
        ]}
      />
    </div>
  );
}
