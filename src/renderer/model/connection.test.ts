import { MessageChannel } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { contract, MAX_MESSAGE_BYTES } from '#protocol/contract.ts';
import { serve } from '#protocol/server.ts';
import { type PortLike, portTransport } from '#protocol/transport.ts';
import { createLab, openLab, power, removeLab, renameLab } from '#renderer/model/actions.ts';
import { LabConnection } from '#renderer/model/connection.ts';
import { findNode } from '#renderer/model/lab-state.ts';
import { createWorkbench, type Workbench } from '#renderer/model/workbench.ts';
import { FakeLab } from '#testing/fakes/fake-lab.ts';

let lab: FakeLab;
let bench: Workbench;
let connections: LabConnection[] = [];
/** Ends the connection from the lab's side. */
let cut: () => void;
let attempts: number;
let token: string;

function connect(): LabConnection {
  const connection = new LabConnection(
    bench,
    {
      connect: () => {
        attempts += 1;
        const { port1, port2 } = new MessageChannel();
        const transport = portTransport(port1 as unknown as PortLike, MAX_MESSAGE_BYTES);
        const served = serve(contract, lab.handlers(), transport, {
          connectionId: attempts,
          isAuthorized: (given) => given === 'right',
        });
        cut = () => served.dispose();
        const mine = portTransport(port2 as unknown as PortLike, MAX_MESSAGE_BYTES);
        return Promise.resolve({ transport: mine, token });
      },
    },
    () => {},
  );
  connections.push(connection);
  connection.reconnect();
  return connection;
}

const until = (check: () => boolean): Promise<unknown> =>
  vi.waitFor(() => expect(check()).toBe(true), { timeout: 3000, interval: 5 });
const isOnline = (): boolean => bench.lab.getState().connection.kind === 'online';

beforeEach(() => {
  lab = new FakeLab({ bootStepMs: 5 });
  bench = createWorkbench('other');
  attempts = 0;
  token = 'right';
});
afterEach(() => {
  for (const connection of connections) connection.dispose();
  connections = [];
  lab.dispose();
});

describe('the read model follows the lab', () => {
  test('it knows what was there, and hears what changes', async () => {
    const id = lab.addLab('First');
    connect();
    await until(isOnline);
    expect(bench.lab.getState().labs?.map(({ name }) => name)).toEqual(['First']);
    lab.setState(id, 'node0', { kind: 'panicked', message: 'bad trap', dumpFile: null, atMs: 0 });
    const node = { labId: id, node: 'node0' };
    await until(() => findNode(bench.lab.getState(), node)?.state.kind === 'panicked');
    expect(bench.ui.getState().announcement).toBe('node0 panicked: bad trap');
    lab.addLab('Second');
    await until(() => bench.lab.getState().labs?.length === 2);
  });

  test('a lab is created, started, renamed and removed', async () => {
    connect();
    await until(isOnline);
    expect(await createLab(bench, { name: 'Mine', isStarted: true })).toBe(true);
    const { selectedNode } = bench.ui.getState();
    await until(() => findNode(bench.lab.getState(), selectedNode)?.state.kind === 'running');
    const id = selectedNode?.labId ?? '';
    expect(await power(bench, { labId: id, node: 'node0' }, 'kill')).toBe(true);
    expect(await renameLab(bench, id, 'Ours')).toBe(true);
    expect(bench.lab.getState().labs?.[0]?.name).toBe('Ours');
    expect(await removeLab(bench, id, 'files')).toBe(true);
    expect(bench.lab.getState().labs).toEqual([]);
    expect(bench.ui.getState().selectedNode).toBeNull();
  });
});

describe('errors reach the person with what to do', () => {
  test('a locked lab is a lasting problem', async () => {
    const problem = 'Cannot open the lab: the process 42 has it open';
    const id = lab.addLab('Theirs', ['node0'], { state: 'locked', problem });
    connect();
    await until(isOnline);
    expect(await openLab(bench, id)).toBe(false);
    const [shown] = bench.ui.getState().problems;
    expect(shown?.title).toBe(problem);
    expect(shown?.advice).toMatch('Close it there');
    expect(bench.ui.getState().pending.size).toBe(0);
  });

  test('a name that is taken passes by', async () => {
    lab.addLab('Mine');
    connect();
    await until(isOnline);
    expect(await createLab(bench, { name: 'Mine', isStarted: false })).toBe(false);
    expect(bench.ui.getState().toasts[0]?.advice).toBe('Choose another name.');
    expect(bench.ui.getState().problems).toEqual([]);
  });
});

describe('the connection', () => {
  test('comes back by itself, with the state of then', async () => {
    lab.addLab('First');
    connect();
    await until(isOnline);
    cut();
    await until(() => bench.lab.getState().connection.kind === 'lost');
    lab.addLab('Second');
    await until(isOnline);
    expect(attempts).toBe(2);
    expect(bench.lab.getState().labs).toHaveLength(2);
  });

  test('is not tried again after a refusal, until the person does', async () => {
    token = 'wrong';
    const connection = connect();
    await until(() => bench.lab.getState().connection.kind === 'lost');
    expect(bench.lab.getState().connection).toMatchObject({ isRefused: true, retryAtMs: null });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(attempts).toBe(1);
    token = 'right';
    connection.reconnect();
    await until(isOnline);
  });

  test('calls without one fail clearly and say nothing twice', async () => {
    expect(await createLab(bench, { name: 'x', isStarted: false })).toBe(false);
    expect(bench.ui.getState().toasts).toEqual([]);
  });
});
