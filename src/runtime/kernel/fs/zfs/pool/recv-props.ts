/**
 * Properties that come with a stream: kept as received, so that `zfs inherit -S` finds them again and
 * what was set here before stays in force. What can't be set here does not stop the others.
 * @see uts/common/fs/zfs/zfs_ioctl.c zfs_ioc_recv()
 */
import type { NvList } from '#abi/illumos/nvpair.ts';
import type { Errno } from '#kernel/os/errno.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import { type PropRaw, propGetReceived, propSet, propSetHasReceived } from '../dsl/dsl-prop.ts';
import { zfsInheritProp, zfsSetProps } from './dsl-prop-ops.ts';
import type { Spa } from './spa.ts';
import { runTask } from './sync-task.ts';

function valuesOf(list: NvList): Map<string, PropRaw> {
  const values = new Map<string, PropRaw>();
  for (const [name, pair] of list) {
    if (pair.type === 'uint64' || pair.type === 'string') values.set(name, pair.value);
  }
  return values;
}

function setWhatCanBe(
  spa: Spa,
  dataset: DslDataset,
  values: Map<string, PropRaw>,
  source: 'local' | 'received',
  errors: Map<string, Errno>,
): void {
  const failed = new Map<string, Errno>();
  if (zfsSetProps(spa, dataset.fullName, values, source, failed) === undefined) return;
  for (const [name, error] of failed) {
    values.delete(name);
    errors.set(name, error);
  }
  if (failed.size > 0) zfsSetProps(spa, dataset.fullName, values, source);
}

/**
 * Sets `received` with that source (what was received before and is not in it goes), then `local`,
 * where a `boolean` stands for "inherit whatever comes" (`-x`). An error for each that was not taken.
 */
export function setReceivedProps(
  spa: Spa,
  dataset: DslDataset,
  received: NvList | undefined,
  local: NvList | undefined,
): Map<string, Errno> {
  const errors = new Map<string, Errno>();
  if (received !== undefined) {
    const old = [...propGetReceived(dataset).keys()].filter((name) => !received.has(name));
    runTask(spa, () => {
      propSetHasReceived(dataset);
      for (const name of old) propSet(dataset, name, 'received', null);
    });
    setWhatCanBe(spa, dataset, valuesOf(received), 'received', errors);
  }
  if (local === undefined) return errors;
  setWhatCanBe(spa, dataset, valuesOf(local), 'local', errors);
  for (const [name, pair] of local) {
    if (pair.type !== 'boolean') continue;
    const error = zfsInheritProp(spa, dataset.fullName, name, false);
    if (error !== undefined) errors.set(name, error);
  }
  return errors;
}
