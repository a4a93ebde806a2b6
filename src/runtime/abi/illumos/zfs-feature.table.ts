/**
 * Feature flags: which we can read with, write with, and enable in new pools. New pools get only
 * features that illumos and OpenZFS both know, and of those the ones this code keeps up.
 * @man zpool-features(7)  @see uts/common/zfs/zfeature_common.c
 */
export interface Feature {
  readonly guid: string;
  /** As `zpool get feature@…` names it. */
  readonly name: string;
  readonly description: string;
  /** `ZFEATURE_FLAG_READONLY_COMPAT`: kept in features_for_write. */
  readonly isReadOnlyCompatible: boolean;
  /** `ZFEATURE_FLAG_MOS`: must be known to open the MOS; listed in the labels while active. */
  readonly isInLabel: boolean;
  /** `ZFEATURE_FLAG_ACTIVATE_ON_ENABLE` */
  readonly isActiveWhenEnabled: boolean;
  /** `write`: new pools get it; `read`: pools that use it can be opened, and written to. */
  readonly support: 'create' | 'write' | 'read' | 'none';
}

type Flags = { ro?: true; mos?: true; auto?: true };

function feature(
  guid: string,
  support: Feature['support'],
  description: string,
  flags: Flags = {},
): Feature {
  return {
    guid,
    name: guid.slice(guid.indexOf(':') + 1),
    description,
    isReadOnlyCompatible: flags.ro === true,
    isInLabel: flags.mos === true,
    isActiveWhenEnabled: flags.auto === true,
    support,
  };
}

/** Those of illumos first, in its order; then what OpenZFS alone has and a reader may meet. */
export const SPA_FEATURES: readonly Feature[] = [
  feature('com.delphix:async_destroy', 'create', 'Destroy filesystems asynchronously.', {
    ro: true,
  }),
  feature('com.delphix:empty_bpobj', 'create', 'Snapshots use less space.', { ro: true }),
  feature('org.illumos:lz4_compress', 'create', 'LZ4 compression algorithm support.', {
    auto: true,
  }),
  feature('com.joyent:multi_vdev_crash_dump', 'write', 'Crash dumps to multiple vdev pools.'),
  feature('com.delphix:spacemap_histogram', 'create', 'Spacemaps maintain space histograms.', {
    ro: true,
  }),
  feature('com.delphix:enabled_txg', 'create', 'Record txg at which a feature is enabled', {
    ro: true,
    auto: true,
  }),
  feature('com.delphix:hole_birth', 'create', 'Retain hole birth txg for more precise zfs send', {
    mos: true,
    auto: true,
  }),
  feature(
    'com.delphix:zpool_checkpoint',
    'none',
    'Pool state can be checkpointed, allowing rewind later.',
    { ro: true },
  ),
  feature(
    'com.delphix:spacemap_v2',
    'read',
    'Space maps representing large segments are more efficient.',
    { ro: true, auto: true },
  ),
  feature(
    'com.delphix:extensible_dataset',
    'create',
    'Enhanced dataset functionality, used by other features.',
  ),
  feature('com.delphix:bookmarks', 'create', '"zfs bookmark" command', { ro: true }),
  feature('com.joyent:filesystem_limits', 'create', 'Filesystem and snapshot limits.', {
    ro: true,
  }),
  feature(
    'com.delphix:embedded_data',
    'create',
    'Blocks which compress very well use even less space.',
    { mos: true, auto: true },
  ),
  feature(
    'com.delphix:log_spacemap',
    'read',
    'Log metaslab changes on a single spacemap and flush them periodically.',
    { ro: true },
  ),
  feature('org.open-zfs:large_blocks', 'create', 'Support for blocks larger than 128KB.'),
  feature('org.zfsonlinux:large_dnode', 'read', 'Variable on-disk size of dnodes.'),
  feature('org.illumos:sha512', 'write', 'SHA-512/256 hash algorithm.'),
  feature('org.illumos:skein', 'read', 'Skein hash algorithm.'),
  feature('org.illumos:edonr', 'read', 'Edon-R hash algorithm.'),
  feature(
    'com.delphix:device_removal',
    'none',
    'Top-level vdevs can be removed, reducing logical pool size.',
    { mos: true },
  ),
  feature(
    'com.delphix:obsolete_counts',
    'none',
    'Reduce memory used by removed devices when their blocks are freed or remapped.',
    { ro: true },
  ),
  feature('org.zfsonlinux:userobj_accounting', 'read', 'User/Group object accounting.', {
    ro: true,
  }),
  feature('com.datto:bookmark_v2', 'read', 'Support for larger bookmarks'),
  feature('com.datto:encryption', 'read', 'Support for dataset level encryption'),
  feature('org.zfsonlinux:project_quota', 'read', 'space/object accounting based on project ID.', {
    ro: true,
  }),
  feature('org.zfsonlinux:allocation_classes', 'read', 'Support for separate allocation classes.', {
    ro: true,
  }),
  feature(
    'com.datto:resilver_defer',
    'read',
    'Support for deferring new resilvers when one is already running.',
    { ro: true },
  ),
  feature('org.freebsd:zstd_compress', 'read', 'zstd compression algorithm support.'),
  feature('org.openzfs:blake3', 'read', 'BLAKE3 hash algorithm.'),
  feature('com.delphix:head_errlog', 'read', 'Support for per-dataset on-disk error logs.'),
  feature(
    'org.openzfs:zilsaxattr',
    'read',
    'Support for xattr=sa extended attribute logging in ZIL.',
    { ro: true },
  ),
  feature('com.klarasystems:vdev_zaps_v2', 'read', 'Support for root vdev ZAP.'),
  feature(
    'com.fudosecurity:block_cloning',
    'read',
    'Support for block cloning via Block Reference Table.',
    { ro: true },
  ),
  feature('com.delphix:livelist', 'read', 'Improved clone deletion performance.', { ro: true }),
  feature(
    'com.delphix:bookmark_written',
    'read',
    'Additional accounting, enabling the written#<bookmark> property (space written since a bookmark).',
  ),
  feature(
    'org.openzfs:device_rebuild',
    'read',
    'Support for sequential mirror/dRAID device rebuilds',
    { ro: true },
  ),
];
