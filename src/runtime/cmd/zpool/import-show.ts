/** How `zpool import` shows a pool that it found. @see cmd/zpool/zpool_main.c show_import() */
import {
  type NvList,
  nvGetList,
  nvGetListArray,
  nvGetNumber,
  nvGetString,
  nvGetUint64,
} from '#abi/illumos/nvpair.ts';
import {
  POOL_STATE_DESTROYED,
  POOL_STATE_EXPORTED,
  VDEV_AUX_CORRUPT_DATA,
  VDEV_STATE_CANT_OPEN,
  VDEV_STATE_DEGRADED,
  VDEV_STATE_HEALTHY,
} from '#abi/illumos/zfs-stat.ts';
import type { ZpoolRun } from '#cmd/zpool/run.ts';
import { IMPORT_STATUS_TEXT } from '#cmd/zpool/status-text.table.ts';
import { auxText } from '#cmd/zpool/vdev-text.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { vdevStat } from '#lib/libzfs/pool.ts';
import { messageId, poolStatus, type PoolStatus, stateName } from '#lib/libzfs/pool-status.ts';
import { isHoleVdev, isLogVdev, nameWidth, vdevName } from '#lib/libzfs/vdev-name.ts';

const LEAST_NAME_WIDTH = 10;
const EMPTY: NvList = new Map();

const UNUSABLE_ACTION: Partial<Record<PoolStatus, string>> = {
  VERSION_NEWER:
    ' action: The pool cannot be imported.  Access the pool on a system running newer\n' +
    '\tsoftware, or recreate the pool from backup.\n',
  UNSUP_FEAT_READ:
    'action: The pool cannot be imported. Access the pool on a system that supports\n' +
    '\tthe required feature(s), or recreate the pool from backup.\n',
  UNSUP_FEAT_WRITE:
    'action: The pool cannot be imported in read-write mode. Import the pool with\n' +
    '\t"-o readonly=on", access the pool on a system that supports the\n' +
    '\trequired feature(s), or recreate the pool from backup.\n',
};
const MISSING_ACTION =
  ' action: The pool cannot be imported. Attach the missing\n\tdevices and try again.\n';
const BROKEN_ACTION = ' action: The pool cannot be imported due to damaged devices or data.\n';
const BY_NAME = ' action: The pool can be imported using its name or numeric identifier';

function actionText(state: number, reason: PoolStatus): string {
  if (state === VDEV_STATE_HEALTHY) {
    if (reason === 'VERSION_OLDER' || reason === 'FEAT_DISABLED') {
      return (
        `${BY_NAME}, though\n\tsome features will not be available ` +
        "without an explicit 'zpool upgrade'.\n"
      );
    }
    return reason === 'HOSTID_MISMATCH' ? `${BY_NAME} and\n\tthe '-f' flag.\n` : `${BY_NAME}.\n`;
  }
  if (state === VDEV_STATE_DEGRADED) {
    return (
      ' action: The pool can be imported despite missing or damaged devices.  The\n' +
      '\tfault tolerance of the pool may be compromised if imported.\n'
    );
  }
  const special = UNUSABLE_ACTION[reason];
  if (special !== undefined) return special;
  const isMissing = ['MISSING_DEV_R', 'MISSING_DEV_NR', 'BAD_GUID_SUM'].includes(reason);
  return isMissing ? MISSING_ACTION : BROKEN_ACTION;
}

function featuresText(config: NvList, reason: PoolStatus): string {
  if (reason !== 'UNSUP_FEAT_READ' && reason !== 'UNSUP_FEAT_WRITE') return '';
  const head =
    reason === 'UNSUP_FEAT_READ'
      ? 'status: The pool uses the following feature(s) not supported on this system:\n'
      : 'status: The pool can only be accessed in read-only mode on this system. It\n' +
        '\tcannot be accessed in read-write mode because it uses the following\n' +
        '\tfeature(s) not supported on this system:\n';
  const features = nvGetList(nvGetList(config, 'load_info') ?? EMPTY, 'unsup_feat') ?? EMPTY;
  const lines = [...features].map(([name, pair]) => {
    const description = pair.type === 'string' ? pair.value : '';
    return description === '' ? `\t${name}\n` : `\t${name} (${description})\n`;
  });
  return head + lines.join('');
}

function* showVdev(
  run: ZpoolRun,
  vdev: NvList,
  name: string,
  depth: number,
  width: number,
): Task<void> {
  if (isHoleVdev(vdev) || nvGetString(vdev, 'type') === 'missing') return;
  const { state, aux } = vdevStat(vdev);
  const cell = name.padEnd(width - depth);
  const text = `${stateName(state, aux)}${auxText(aux)}`;
  yield* run.out(`\t${' '.repeat(depth)}${cell}  ${text}\n`);
  for (const child of nvGetListArray(vdev, 'children')) {
    if (isLogVdev(child)) continue;
    yield* showVdev(run, child, vdevName(child, { typeId: true }), depth + 2, width);
  }
  for (const [key, title] of [
    ['l2cache', 'cache'],
    ['spares', 'spares'],
  ] as const) {
    const devices = nvGetListArray(vdev, key);
    if (devices.length > 0) yield* run.out(`\t${title}\n`);
    for (const device of devices) yield* run.out(`\t  ${vdevName(device, {})}\n`);
  }
}

function* showTree(run: ZpoolRun, name: string, root: NvList): Task<void> {
  const width = Math.max(LEAST_NAME_WIDTH, nameWidth(root, 0, name.length, {}));
  yield* run.out(' config:\n\n');
  yield* showVdev(run, root, name, 0, width);
  const logs = nvGetListArray(root, 'children').filter(isLogVdev);
  if (logs.length > 0) yield* run.out('\tlogs\t\n');
  for (const log of logs) yield* showVdev(run, log, vdevName(log, { typeId: true }), 2, width);
}

export function* showImport(run: ZpoolRun, config: NvList): Task<void> {
  const name = nvGetString(config, 'name') ?? '';
  const poolState = nvGetNumber(config, 'state') ?? 0;
  const root = nvGetList(config, 'vdev_tree') ?? EMPTY;
  const { state, aux } = vdevStat(root);
  const reason = poolStatus(config, true, nvGetNumber(config, 'system_hostid') ?? 0);
  const destroyed = poolState === POOL_STATE_DESTROYED ? ' (DESTROYED)' : '';
  yield* run.out(`   pool: ${name}\n     id: ${nvGetUint64(config, 'pool_guid') ?? 0n}\n`);
  yield* run.out(`  state: ${stateName(state, aux)}${destroyed}\n`);
  const text = IMPORT_STATUS_TEXT[reason];
  if (text !== undefined) yield* run.out(` status: ${text}\n`);
  yield* run.out(featuresText(config, reason) + actionText(state, reason));
  const comment = nvGetString(config, 'comment');
  if (comment !== undefined) yield* run.out(`comment: ${comment}\n`);
  if (state === VDEV_STATE_CANT_OPEN && aux === VDEV_AUX_CORRUPT_DATA) {
    if (poolState === POOL_STATE_DESTROYED) {
      yield* run.out("\tThe pool was destroyed, but can be imported using the '-Df' flags.\n");
    } else if (poolState !== POOL_STATE_EXPORTED) {
      yield* run.out(
        "\tThe pool may be active on another system, but can be imported using\n\tthe '-f' flag.\n",
      );
    }
  }
  const id = messageId(reason);
  if (id !== undefined) yield* run.out(`   see: http://illumos.org/msg/${id}\n`);
  yield* showTree(run, name, root);
  if (reason !== 'BAD_GUID_SUM') return;
  yield* run.out(
    '\n\tAdditional devices are known to be part of this pool, though their\n' +
      '\texact configuration cannot be determined.\n',
  );
}
