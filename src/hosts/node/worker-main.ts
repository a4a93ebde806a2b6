/**
 * The body of a node's worker thread: makes the host of files, clock and randomness, makes the node,
 * turns the loop. `create` is given so that a test can run the fake node in a real worker.
 */
import { inspect } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { must } from '#base/assert.ts';
import { toDisposable } from '#base/disposable.ts';
import { Outlet, type LoopPort, startRunLoop } from '#lab/node/run-loop.ts';
import type { FromWorker, NodeWorkerData } from '#lab/node/worker-messages.ts';
import { LabError } from '#protocol/errors.ts';
import { FaultDisk } from '#lab/node/fault-disk.ts';
import type { FramePort, Host, RandomSource } from '#runtime/host.ts';
import type { Node, NodeListener, NodeOptions } from '#runtime/index.ts';
import { hostShare } from '#hosts/host-share.ts';
import { hostClock } from '#hosts/node/clock.ts';
import { nodeCodecs } from '#hosts/node/codecs.ts';
import { FileDisk } from '#hosts/node/file-disk.ts';
import { readPlatformImage } from '#hosts/node/platform-files.ts';
import { seededRandom, systemRandom } from '#hosts/node/random.ts';

export type CreateNode = (options: NodeOptions, host: Host, listener: NodeListener) => Node;

type Failure = Extract<FromWorker, { kind: 'failed' }>;

export function runNodeWorker(create: CreateNode): void {
  const port = must(parentPort, 'runs in a worker thread') as LoopPort;
  const data = workerData as NodeWorkerData;
  const outlet = new Outlet(port, data.consoleWindowBytes);
  try {
    const random = data.seed === undefined ? systemRandom() : seededRandom(data.seed);
    const disks = openDisks(data, random);
    const host = makeHost(data, outlet, random, disks);
    for (const disk of disks) {
      disk.onMended = (atBytes) => outlet.post({ kind: 'mended', disk: disk.name, atBytes });
    }
    const node = create(data, host, outlet);
    startRunLoop(node, outlet, port, () => host.clock.monotonicNs(), disks);
  } catch (thrown) {
    port.postMessage(describeFailure(thrown));
    // Keeps the messages that still come from piling up in front of nobody.
    port.on('message', () => {});
  }
}

function makeHost(
  data: NodeWorkerData,
  outlet: Outlet,
  random: RandomSource,
  disks: readonly FaultDisk[],
): Host {
  return {
    clock: hostClock(),
    random,
    codecs: nodeCodecs(),
    console: outlet,
    disks,
    nics: data.nics.map(({ name, mac }) => unconnectedPort(name, mac)),
    platform: readPlatformImage(data.platformFolder),
    media: data.media.map(({ kind, file }) => ({ kind, device: openMedium(kind, file) })),
    ...(data.share === undefined
      ? {}
      : { share: hostShare(data.share.folder, data.share.isReadOnly) }),
    log: {
      write: (level, message, detail) =>
        outlet.post({
          kind: 'log',
          level,
          message,
          detail: detail === undefined ? '' : inspect(detail),
        }),
    },
  };
}

/** Each behind the wrapper by which a person breaks it; its randomness is no part of the node's. */
function openDisks(data: NodeWorkerData, random: RandomSource): FaultDisk[] {
  const chances = random.child('disk faults');
  return data.disks.map(({ name, file, faults }) => {
    const disk = new FaultDisk(openDisk(name, file), chances.child(name), waitMs);
    disk.faults = faults;
    return disk;
  });
}

/** Stops this thread: disks answer synchronously, so a slow one makes the whole node wait. */
function waitMs(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function openDisk(name: string, file: string): FileDisk {
  try {
    return new FileDisk(name, file);
  } catch (thrown) {
    const { code = '', message } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      throw new LabError(
        'diskMissing',
        `Cannot power on: the image of disk "${name}" is missing (put "${file}" back)`,
      );
    }
    const denied = code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
    throw new LabError(
      denied ? 'accessDenied' : 'ioError',
      `Cannot power on: the image of disk "${name}" cannot be opened: ${message}`,
    );
  }
}

function openMedium(kind: string, file: string): FileDisk {
  try {
    return new FileDisk(kind, file, { isReadOnly: true });
  } catch (thrown) {
    const { code = '', message } = thrown as NodeJS.ErrnoException;
    const text = `Cannot power on: the medium "${file}" cannot be opened: ${message}`;
    throw new LabError(code === 'ENOENT' ? 'mediumMissing' : 'accessDenied', text);
  }
}

/** A network port with no cable in it. Wires between nodes come with the network. */
function unconnectedPort(name: string, mac: Uint8Array): FramePort {
  return { name, mac, mtu: 1500, send: () => {}, onFrame: () => toDisposable(() => {}) };
}

function describeFailure(thrown: unknown): Failure {
  if (thrown instanceof LabError) {
    return { kind: 'failed', code: thrown.code as Failure['code'], message: thrown.message };
  }
  const message = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return { kind: 'failed', code: 'internal', message: `Cannot power on: ${message}` };
}
