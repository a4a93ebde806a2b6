/**
 * The lab process under Electron: as a utility process, where each window's MessagePort arrives, or
 * as a child under another Node.js (an Electron too old for the lab), where main passes messages on.
 */
import process from 'node:process';
import { shutDownAll } from '#hosts/node/power.ts';
import type { FromLab, ToLab } from '#hosts/electron/control-messages.ts';
import { type MainPort, portLikeOf } from '#hosts/electron/main-port.ts';
import { findPlaces } from '#hosts/node/places.ts';
import { readVersion, startLabProcess } from '#hosts/node/start-lab-process.ts';
import type { LabProcess } from '#lab/lab-process.ts';
import { MAX_MESSAGE_BYTES } from '#protocol/contract.ts';
import { toLabError } from '#protocol/errors.ts';
import { portTransport, type TransportReceiver } from '#protocol/transport.ts';

interface Main {
  send(message: FromLab): void;
  onMessage(listener: (message: ToLab, ports: readonly MainPort[]) => void): void;
}

interface UtilityPort {
  postMessage(message: FromLab): void;
  on(
    event: 'message',
    listener: (event: { data: ToLab; ports: readonly MainPort[] }) => void,
  ): void;
}

function findMain(): Main {
  const utility = (process as unknown as { parentPort?: UtilityPort }).parentPort;
  if (utility !== undefined) {
    return {
      send: (message) => utility.postMessage(message),
      onMessage: (listener) => utility.on('message', ({ data, ports }) => listener(data, ports)),
    };
  }
  return {
    send: (message) => process.send?.(message),
    onMessage: (listener) => process.on('message', (message) => listener(message as ToLab, [])),
  };
}

class Relayed {
  readonly #main: Main;
  readonly #receivers = new Map<number, TransportReceiver>();

  constructor(main: Main) {
    this.#main = main;
  }

  connect(lab: LabProcess, connection: number): void {
    lab.connect({
      send: (message) => this.#main.send({ kind: 'message', connection, message }),
      start: (receiver) => {
        this.#receivers.set(connection, receiver);
      },
      close: () => {
        this.#receivers.delete(connection);
        this.#main.send({ kind: 'disconnect', connection });
      },
    });
  }

  message(connection: number, message: unknown): void {
    this.#receivers.get(connection)?.message(message);
  }

  disconnect(connection: number): void {
    const receiver = this.#receivers.get(connection);
    this.#receivers.delete(connection);
    receiver?.closed(toLabError(new Error('the window was closed')));
  }
}

async function shutDown(lab: LabProcess): Promise<void> {
  await shutDownAll(lab.library.openLabs());
  await lab.dispose();
  process.exit(0);
}

function main(): void {
  const owner = findMain();
  const places = findPlaces(import.meta.dirname, process.env['SMARTOS_LAB_RESOURCES']);
  let lab: LabProcess;
  try {
    lab = startLabProcess({
      places,
      host: 'electron',
      program: 'SmartOS Lab',
      version: readVersion(places),
      onLog: (level, text) => {
        if (level === 'error') process.stderr.write(`lab: ${text}\n`);
      },
    });
  } catch (thrown) {
    owner.send({ kind: 'failed', message: toLabError(thrown).message });
    return;
  }
  const relayed = new Relayed(owner);
  owner.onMessage((message, [port]) => {
    if (message.kind === 'connect' && port !== undefined) {
      lab.connect(portTransport(portLikeOf(port), MAX_MESSAGE_BYTES));
    } else if (message.kind === 'connect') relayed.connect(lab, message.connection);
    else if (message.kind === 'message') relayed.message(message.connection, message.message);
    else if (message.kind === 'disconnect') relayed.disconnect(message.connection);
    else if (message.kind === 'menu') lab.menu(message.command);
    else if (message.kind === 'openFolder') openFolder(lab, message.folder, owner);
    else void shutDown(lab);
  });
  // Main is gone: nobody will ask for an orderly end any more.
  process.on('disconnect', () => void shutDown(lab));
  owner.send({ kind: 'ready' });
}

function openFolder(lab: LabProcess, folder: string, owner: Main): void {
  try {
    lab.library.openFolder(folder);
    lab.labsChanged();
  } catch (thrown) {
    owner.send({ kind: 'notOpened', message: toLabError(thrown).message });
  }
}

main();
