/**
 * What a pool's features mean for opening it. The table is abi/illumos/zfs-feature.table.ts.
 * @man zpool-features(7)
 */
import { type Feature, SPA_FEATURES } from '#abi/illumos/zfs-feature.table.ts';

export { SPA_FEATURES } from '#abi/illumos/zfs-feature.table.ts';

const BY_GUID: ReadonlyMap<string, Feature> = new Map(
  SPA_FEATURES.map((each) => [each.guid, each]),
);

/** Whether a pool in which this feature is active can be opened for reading. */
export function canRead(guid: string): boolean {
  const known = BY_GUID.get(guid);
  return known !== undefined && (known.support !== 'none' || known.isReadOnlyCompatible);
}

/** Whether a pool in which this feature is active can be written to. */
export function canWrite(guid: string): boolean {
  const known = BY_GUID.get(guid);
  return known?.support === 'create' || known?.support === 'write';
}
