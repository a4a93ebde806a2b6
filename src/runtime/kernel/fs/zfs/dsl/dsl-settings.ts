/**
 * The properties that an open objset goes by, looked up when it is opened and whenever a property of
 * its dataset or of one above changes. What `dsl_prop_register` callbacks do, in one place.
 * @see uts/common/fs/zfs/dmu_objset.c dmu_objset_open_impl(), zfs_vfsops.c zfs_register_callbacks()
 */
import type { Objset } from '../dmu/objset.ts';
import type { DslDataset } from './dsl-dataset.ts';
import { propGetNumber } from './dsl-prop.ts';

/** Puts the effective properties of `dataset` into `objset.settings`. */
export function applySettings(dataset: DslDataset, objset: Objset): void {
  const { settings } = objset;
  const number = (name: string): number =>
    Number(dataset.temporaryProps.get(name) ?? propGetNumber(dataset, name));
  const flag = (name: string): boolean => number(name) !== 0;
  settings.compress = number('compression');
  settings.checksum = number('checksum');
  settings.copies = Math.min(Math.max(number('copies'), 1), 3);
  settings.recordSize = number('recordsize');
  settings.sync = number('sync');
  settings.logBias = number('logbias');
  settings.primaryCache = number('primarycache');
  settings.secondaryCache = number('secondarycache');
  settings.redundantMetadata = number('redundant_metadata');
  settings.snapdir = number('snapdir');
  settings.aclMode = number('aclmode');
  settings.aclInherit = number('aclinherit');
  settings.aclImplicit = flag('aclimplicit');
  settings.isReadOnly = dataset.isSnapshot || flag('readonly');
  settings.atime = !dataset.isSnapshot && flag('atime');
  settings.devices = flag('devices');
  settings.exec = flag('exec');
  settings.setuid = flag('setuid');
  settings.xattr = flag('xattr');
  settings.nbmand = flag('nbmand');
}
