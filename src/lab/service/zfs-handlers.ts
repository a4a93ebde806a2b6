/** zfs.* and disks.*: what a node's pools do, and what a person does to its disks. */
import type { Contract } from '#protocol/contract.ts';
import type { Handlers } from '#protocol/server.ts';
import { LatestSource } from '#protocol/source.ts';
import type { DiskFaultState } from '#protocol/zfs-model.ts';
import { nodeOf, type ServiceContext } from '#lab/service/context.ts';
import { DatasetsSource } from '#lab/service/datasets-source.ts';
import { DiskMapSource } from '#lab/service/disk-map-source.ts';
import { PoolStatusSource } from '#lab/service/pool-status-source.ts';

export function zfsHandlers(context: ServiceContext): Pick<Handlers<Contract>, 'zfs' | 'disks'> {
  return {
    zfs: {
      status: (params, { wake }) => new PoolStatusSource(nodeOf(context, params), wake),
      datasets: (params, { wake }) =>
        new DatasetsSource(nodeOf(context, params), params.pool, wake),
      diskMap: (params, { wake }) => new DiskMapSource(nodeOf(context, params), params.view, wake),
    },
    disks: {
      faults: (params, { wake }) => {
        const { disks } = nodeOf(context, params);
        const source = new LatestSource<DiskFaultState[]>(wake, () => subscription.dispose());
        const subscription = disks.onChange(() => source.set(disks.states()));
        source.set(disks.states());
        return source;
      },
      inject: async (params) => {
        const handle = nodeOf(context, params);
        const { disk, fault } = params;
        handle.disks.check(disk);
        if (fault.kind === 'flipBits') await handle.flipBits(disk, fault);
        else handle.setDiskFaults(disk, handle.disks.inject(disk, fault));
        return handle.disks.state(disk);
      },
      heal: (params) => {
        const handle = nodeOf(context, params);
        const { disk, what } = params;
        handle.disks.check(disk);
        handle.setDiskFaults(disk, handle.disks.heal(disk, what));
        return handle.disks.state(disk);
      },
    },
  };
}
