/** A new number for a pool: all labels get it. @see uts/common/fs/zfs/spa.c spa_change_guid() */
import type { Spa } from './spa.ts';
import { spaHistoryInternal } from './spa-history.ts';
import { spaSync } from './spa-sync.ts';

export function spaChangeGuid(spa: Spa): undefined {
  const old = spa.identity.guid;
  spa.syncTasks.push(() => {
    spa.identity.guid = spa.newGuid();
    spaHistoryInternal(spa, 'guid change', null, `old=${old} new=${spa.identity.guid}`);
  });
  spa.isConfigDirty = true;
  spaSync(spa);
  spa.notify('pool_reguid');
}
