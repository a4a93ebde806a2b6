/**
 * Quotas and reservations as they are set: a property like others, and a number in the directory or
 * a sum of unused space that follows it.
 * @see uts/common/fs/zfs/dsl_dir.c dsl_dir_set_quota(), dsl_dataset.c dsl_dataset_set_refquota()
 */
import { DD_USED_REFRSRV } from '../ondisk/dsl-phys.ts';
import type { DslDataset } from './dsl-dataset.ts';
import { propGetNumber, propHasReceived, propReceived, propSet } from './dsl-prop.ts';
import type { PropSetSource } from './dsl-prop.ts';
import { spaceAvailable } from './dsl-space.ts';

/** The four properties that take space or limit it. */
export const LIMIT_PROPS: readonly string[] = [
  'quota',
  'refquota',
  'reservation',
  'refreservation',
];

/** `dsl_prop_predict`: what the property will be when it is set like this. None is inherited. */
function predicted(
  dataset: DslDataset,
  name: string,
  source: PropSetSource,
  value: bigint | null,
): bigint {
  const received = propReceived(dataset, name);
  const fallback = typeof received === 'bigint' ? received : 0n;
  if (source === 'local') return value ?? 0n;
  if (source === 'none') return fallback;
  if (source === 'inherited') return propHasReceived(dataset) ? 0n : fallback;
  if (source === 'nothing') return 0n;
  const now = propGetNumber(dataset, name);
  return now === fallback ? (value ?? 0n) : now;
}

/** Whether a limit can be set: ENOSPC where it is below what is used, or is not to be had. */
export function checkLimit(
  dataset: DslDataset,
  name: string,
  source: PropSetSource,
  value: bigint | null,
): 'ENOSPC' | 'EOVERFLOW' | undefined {
  const { dir, phys } = dataset;
  const exact = predicted(dataset, name, source, value);
  const wanted = Number(exact);
  if (exact === 0n) return undefined;
  if (name === 'quota') {
    const isBelow = wanted < dir.phys.reserved || wanted < dir.phys.usedBytes;
    return isBelow ? 'ENOSPC' : undefined;
  }
  if (name === 'refquota') {
    const isBelow = wanted < phys.referencedBytes || wanted < dataset.refreservation;
    return isBelow ? 'ENOSPC' : undefined;
  }
  if (exact > 0x7fffffffffffffffn) return 'EOVERFLOW';
  if (name === 'reservation') {
    const { usedBytes, reserved, quota } = dir.phys;
    const delta = Math.max(usedBytes, wanted) - Math.max(usedBytes, reserved);
    const available =
      dir.parent === null
        ? dir.pool.writable.adjustedSizeBytes(false) - usedBytes
        : spaceAvailable(dir.parent);
    const isOver = delta > 0 && (delta > available || (quota > 0n && exact > quota));
    return isOver ? 'ENOSPC' : undefined;
  }
  const { uniqueBytes } = phys;
  const delta = Math.max(uniqueBytes, wanted) - Math.max(uniqueBytes, dataset.refreservation);
  const { refquota } = dataset;
  const isOver = delta > spaceAvailable(dir) || (refquota > 0 && wanted > refquota);
  return delta > 0 && isOver ? 'ENOSPC' : undefined;
}

/** `dsl_dataset_set_refreservation_sync_impl`: what is reserved and not used is used space. */
export function setRefreservation(
  head: DslDataset,
  source: PropSetSource,
  value: bigint | null,
): void {
  const before = head.refreservation;
  propSet(head, 'refreservation', source, value);
  head.forgetLimits();
  const { uniqueBytes } = head.phys;
  const unused = (reserved: number): number => Math.max(0, reserved - uniqueBytes);
  const delta = unused(head.refreservation) - unused(before);
  if (delta !== 0) head.dir.didUse(DD_USED_REFRSRV, delta, 0, 0);
}

/** Sets one of LIMIT_PROPS, in a sync task, after `checkLimit`. */
export function setLimit(
  head: DslDataset,
  name: string,
  source: PropSetSource,
  value: bigint | null,
): void {
  if (name === 'refreservation') {
    setRefreservation(head, source, value);
    return;
  }
  propSet(head, name, source, value);
  const now = propGetNumber(head, name);
  if (name === 'quota') {
    head.dir.phys.quota = now;
    head.dir.dirty();
  } else if (name === 'reservation') {
    head.dir.setReserved(Number(now));
  } else {
    head.forgetLimits();
  }
}
