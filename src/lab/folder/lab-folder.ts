/**
 * A lab's folder: lab.json, nodes/NAME/disks/NAME.img, nodes/NAME/crash/, media/, captures/. Making
 * one happens in a folder beside it that is renamed at the end, so there are no half labs.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { GiB } from '#base/units.ts';
import { LabError } from '#protocol/errors.ts';
import { copyImage, createBlankImage } from '#lab/folder/disk-image.ts';
import {
  fileError,
  LAB_FORMAT,
  type LabConfig,
  type NodeConfig,
  writeLabFile,
} from '#lab/folder/lab-file.ts';

export const DEFAULT_RAM_BYTES: number = 2 * GiB;
const DEFAULT_CPU_COUNT = 2;
export const DEFAULT_NODE_NAME = 'node0';

/** A blank disk of a size, or a copy of a raw image. */
export type DiskSource = { readonly sizeBytes: number } | { readonly file: string };

export interface NodePlan {
  readonly name: string;
  readonly ramBytes: number;
  readonly disks: readonly DiskSource[];
}

export function diskFile(folder: string, node: string, disk: string): string {
  return join(folder, 'nodes', node, 'disks', `${disk}.img`);
}

export function crashFolder(folder: string, node: string): string {
  return join(folder, 'nodes', node, 'crash');
}

/** Makes the lab in `folder`, which must be new or empty. Throws LabError; nothing is left then. */
export function createLabFolder(
  folder: string,
  name: string,
  seed: number | null,
  nodes: readonly NodePlan[],
): LabConfig {
  const target = resolve(folder);
  return buildFolder(target, (place) => {
    const config: LabConfig = {
      format: LAB_FORMAT,
      id: randomUUID(),
      name,
      createdAt: new Date().toISOString(),
      seed,
      nodes: nodes.map((plan) => makeNode(place, plan)),
    };
    mkdirSync(join(place, 'media'));
    mkdirSync(join(place, 'captures'));
    writeLabFile(place, config);
    return config;
  });
}

/** Makes a node's folder and disks; the caller writes lab.json. */
export function makeNode(folder: string, plan: NodePlan): NodeConfig {
  const place = join(folder, 'nodes', plan.name);
  if (existsSync(place)) {
    throw new LabError('nodeExists', `Cannot add node "${plan.name}": the lab has one already`);
  }
  mkdirSync(join(place, 'disks'), { recursive: true });
  const disks = plan.disks.map((source, index) => {
    const name = `c1t${index.toString(16).toUpperCase()}d0`;
    const file = diskFile(folder, plan.name, name);
    if ('file' in source) copyImage(source.file, file);
    else createBlankImage(file, source.sizeBytes);
    return { name };
  });
  return {
    name: plan.name,
    ramBytes: plan.ramBytes,
    cpuCount: DEFAULT_CPU_COUNT,
    disks,
    nics: [{ name: 'e1000g0', mac: newMac() }],
  };
}

/** Runs `build` on a folder beside `target` and renames it there. */
export function buildFolder<T>(target: string, build: (place: string) => T): T {
  assertFree(target);
  const place = join(dirname(target), `.${basename(target)}.${randomUUID().slice(0, 8)}.new`);
  try {
    mkdirSync(place, { recursive: true });
    const built = build(place);
    if (existsSync(target)) rmdirSync(target);
    renameSync(place, target);
    return built;
  } catch (thrown) {
    rmSync(place, { recursive: true, force: true });
    throw fileError(thrown, `Cannot make lab "${target}"`);
  }
}

/** Throws LabError `labExists` when something is in the way. */
export function assertFree(target: string): void {
  if (!existsSync(target)) return;
  if (statSync(target).isDirectory() && readdirSync(target).length === 0) return;
  throw new LabError('labExists', `Cannot make lab "${target}": there is something already`);
}

/** VMware's and QEMU's habit: a locally administered unicast address. */
function newMac(): string {
  const bytes = randomBytes(6);
  bytes[0] = 0x02;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}
