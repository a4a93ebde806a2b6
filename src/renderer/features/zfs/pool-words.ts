/**
 * What the states of pools, devices and scans mean to a person, in our own words; ZFS's own are what
 * `zpool status` prints. One table, read by the header and the tree of devices.
 */
import type { DeviceState, PoolShape, ScanShape } from '#protocol/zfs-model.ts';
import { formatBytes, formatDuration, formatPercent } from '#renderer/model/format.ts';
import type { LampState } from '#renderer/ui/lamp.tsx';

interface Meaning {
  readonly lamp: LampState;
  readonly tone: 'ok' | 'warning' | 'danger' | 'quiet';
  readonly sentence: string;
}

const MEANINGS: Readonly<Record<DeviceState, Meaning>> = {
  ONLINE: { lamp: 'on', tone: 'ok', sentence: 'It works.' },
  DEGRADED: {
    lamp: 'busy',
    tone: 'warning',
    sentence: 'Something below it is missing or failing; the data is still there.',
  },
  FAULTED: {
    lamp: 'bad',
    tone: 'danger',
    sentence: 'It failed too often: ZFS does not trust it any more.',
  },
  OFFLINE: {
    lamp: 'off',
    tone: 'quiet',
    sentence: 'An administrator took it out of use with zpool offline.',
  },
  UNAVAIL: { lamp: 'bad', tone: 'danger', sentence: 'It cannot be opened.' },
  REMOVED: { lamp: 'bad', tone: 'danger', sentence: 'It was taken out of the machine.' },
  AVAIL: { lamp: 'on', tone: 'quiet', sentence: 'A spare, ready to step in.' },
  INUSE: { lamp: 'busy', tone: 'warning', sentence: 'A spare that stands in for a failed disk.' },
};

export function deviceMeaning(state: DeviceState): Meaning {
  return MEANINGS[state];
}

/** What is wrong with a pool, and the command that goes on from there; undefined = nothing. */
export function poolAdvice(
  pool: PoolShape,
): { readonly text: string; readonly argv: readonly string[] } | undefined {
  const { name, vdevs } = pool;
  const status = ['zpool', 'status', '-v', name];
  if (pool.isSuspended) {
    return {
      text:
        'The pool is suspended: it could not write, and every program that needs it waits. ' +
        'Mend the disk, then clear the pool',
      argv: ['zpool', 'clear', name],
    };
  }
  if (pool.errorCount > 0) {
    return { text: 'Some data could not be mended: no good copy is left', argv: status };
  }
  if (pool.state === 'UNAVAIL' || pool.state === 'FAULTED') {
    return { text: 'Too many devices are missing: the pool cannot be used', argv: status };
  }
  const leaves = vdevs.filter(({ type }) => type === 'disk' || type === 'file');
  const absent = leaves.find(({ state }) => state === 'UNAVAIL' || state === 'REMOVED');
  if (absent !== undefined) {
    return {
      text: `${absent.name} is not there; its redundancy carries the data. Put it back, then`,
      argv: ['zpool', 'online', name, absent.name],
    };
  }
  const failed = leaves.find(({ state }) => state === 'FAULTED');
  if (failed !== undefined) {
    return {
      text: `${failed.name} failed too often. Mend or replace it, then`,
      argv: ['zpool', 'clear', name, failed.name],
    };
  }
  const doubtful = leaves.find(({ state }) => state === 'DEGRADED');
  if (doubtful !== undefined) {
    return {
      text: `${doubtful.name} gave wrong data too often to be trusted. If it is well again`,
      argv: ['zpool', 'clear', name, doubtful.name],
    };
  }
  const offline = leaves.find(({ state }) => state === 'OFFLINE');
  if (offline !== undefined) {
    return {
      text: `${offline.name} is out of use`,
      argv: ['zpool', 'online', name, offline.name],
    };
  }
  if (!leaves.some(({ checksumErrors }) => checksumErrors > 0)) return undefined;
  const { scan } = pool;
  if (scan?.state === 'scanning') return undefined;
  if (scan?.kind === 'scrub' && scan.state === 'finished') {
    return {
      text: 'ZFS found wrong data on a disk and mended it; the scrub has seen the rest',
      argv: ['zpool', 'clear', name],
    };
  }
  return {
    text: 'ZFS found wrong data on a disk and mended it. Let it look at the rest',
    argv: ['zpool', 'scrub', name],
  };
}

/** The scan in one line: what is done, how far, what was found. */
export function scanWords(scan: ScanShape, nowSeconds: number): string {
  const name = scan.kind === 'scrub' ? 'Scrub' : 'Resilver';
  const mended =
    scan.kind === 'scrub'
      ? `${formatBytes(scan.repairedBytes)} repaired`
      : `${formatBytes(scan.repairedBytes)} resilvered`;
  const errors = scan.errorCount === 1 ? '1 error' : `${scan.errorCount} errors`;
  if (scan.state === 'scanning' || scan.state === 'paused') {
    const done = formatPercent(scanFraction(scan));
    const word = scan.state === 'paused' ? 'paused' : 'in progress';
    return `${name} ${word}: ${done}, ${mended}, ${errors}${eta(scan, nowSeconds)}`;
  }
  const tookMs = ((scan.endSeconds ?? nowSeconds) - scan.startSeconds) * 1000;
  const word = scan.state === 'canceled' ? 'stopped' : 'finished';
  return `${name} ${word} after ${formatDuration(tookMs)}: ${mended}, ${errors}`;
}

export function scanFraction({ examinedBytes, toExamineBytes }: ScanShape): number {
  return toExamineBytes === 0 ? 0 : Math.min(1, examinedBytes / toExamineBytes);
}

function eta(scan: ScanShape, nowSeconds: number): string {
  const seconds = nowSeconds - scan.startSeconds;
  if (scan.state === 'paused' || seconds <= 1 || scan.examinedBytes === 0) return '';
  const rate = scan.examinedBytes / seconds;
  const leftMs = ((scan.toExamineBytes - scan.examinedBytes) / rate) * 1000;
  return `, ${formatDuration(Math.max(0, leftMs))} to go`;
}
