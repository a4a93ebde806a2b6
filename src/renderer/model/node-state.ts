/**
 * What a node's state means to a person: its word, its lamp, one sentence, and which power actions
 * make sense. One table, read by the library, the console pane, the status bar and the commands.
 */
import type { NodeStateShape } from '#protocol/model.ts';

export type NodeStateKind = NodeStateShape['kind'];
export type Lamp = 'off' | 'busy' | 'on' | 'bad';
export type PowerAction = 'powerOn' | 'shutDown' | 'reset' | 'kill' | 'nmi';

interface Meaning {
  readonly word: string;
  readonly lamp: Lamp;
  readonly sentence: string;
  readonly allowed: readonly PowerAction[];
}

const MEANINGS: Readonly<Record<NodeStateKind, Meaning>> = {
  off: {
    word: 'Off',
    lamp: 'off',
    sentence: 'The node has no power. Start it to boot SmartOS into memory.',
    allowed: ['powerOn'],
  },
  booting: {
    word: 'Booting',
    lamp: 'busy',
    sentence: 'SmartOS is loading into memory and starting its services.',
    allowed: ['reset', 'kill'],
  },
  running: {
    word: 'Running',
    lamp: 'on',
    sentence: 'SmartOS is up. Log in on the console or open a terminal.',
    allowed: ['shutDown', 'reset', 'kill', 'nmi'],
  },
  shuttingDown: {
    word: 'Shutting down',
    lamp: 'busy',
    sentence: 'Services are stopping. The node turns off when they have.',
    allowed: ['reset', 'kill'],
  },
  panicked: {
    word: 'Panicked',
    lamp: 'bad',
    sentence: 'The node’s kernel stopped. The lab itself is fine: start the node again.',
    allowed: ['powerOn'],
  },
  notResponding: {
    word: 'Not responding',
    lamp: 'bad',
    sentence: 'The node has not answered for a while. It may come back, or be forced off.',
    allowed: ['kill'],
  },
};

export function meaningOf(state: NodeStateShape | undefined): Meaning {
  return MEANINGS[state?.kind ?? 'off'];
}

export function isAllowed(state: NodeStateShape | undefined, action: PowerAction): boolean {
  return state !== undefined && MEANINGS[state.kind].allowed.includes(action);
}

/** For the live region: what changed, in one sentence. */
export function announcement(node: string, state: NodeStateShape): string {
  if (state.kind === 'booting') return `${node} is booting`;
  if (state.kind === 'panicked') return `${node} panicked: ${state.message}`;
  return `${node}: ${MEANINGS[state.kind].word.toLowerCase()}`;
}

/** Why an action is not offered now, for the tooltip of its button. */
export function whyNot(state: NodeStateShape | undefined, action: PowerAction): string {
  if (state === undefined) return 'Open a lab and choose a node first';
  const word = MEANINGS[state.kind].word.toLowerCase();
  if (action === 'powerOn') return `The node is ${word} already`;
  if (state.kind === 'off') return 'The node is off';
  return `Not possible while the node is ${word}`;
}
