/** labs.*, lab.* and uploads.*: the library and its labs. */
import { GiB } from '#base/units.ts';
import type { Contract } from '#protocol/contract.ts';
import type { Handlers } from '#protocol/server.ts';
import { exportSource } from '#lab/archive/export-source.ts';
import { importLab } from '#lab/archive/import.ts';
import { DEFAULT_NODE_NAME, DEFAULT_RAM_BYTES } from '#lab/folder/lab-folder.ts';
import type { ServiceContext } from '#lab/service/context.ts';

const DEFAULT_DISK_BYTES: number = 10 * GiB;

export function labsHandlers(
  context: ServiceContext,
): Pick<Handlers<Contract>, 'labs' | 'lab' | 'uploads'> {
  const { library, events, uploads } = context;
  const changed = <T>(value: T): T => {
    events.emit({ kind: 'labsChanged' });
    return value;
  };
  return {
    labs: {
      list: () => library.list(),
      create: (params) => {
        const sizes = params.diskSizesBytes ?? [DEFAULT_DISK_BYTES];
        const lab = library.create(params.name, params.seed ?? null, {
          name: params.node ?? DEFAULT_NODE_NAME,
          ramBytes: params.ramBytes ?? DEFAULT_RAM_BYTES,
          disks: sizes.map((sizeBytes) => ({ sizeBytes })),
        });
        return changed(lab.describe());
      },
      open: ({ labId }) => changed(library.open(labId).describe()),
      close: async ({ labId }) => {
        await library.close(labId);
        return changed({});
      },
      rename: ({ labId, name }) => changed(library.rename(labId, name)),
      remove: async ({ labId, what }) => {
        await library.remove(labId, what);
        return changed({});
      },
      export: ({ labId }, { wake }) => {
        const lab = library.open(labId);
        return exportSource(lab.folder, wake, lab.beginExport());
      },
      import: async ({ uploadId, name }, { connection }) =>
        uploads.take(connection, uploadId, async (file) => {
          const folder = library.freeFolder(name ?? 'imported');
          await importLab(file, folder, name);
          return changed(library.openFolder(folder).describe());
        }),
    },
    uploads: {
      begin: ({ sizeBytes }, { connection }) => ({
        uploadId: uploads.begin(connection, sizeBytes),
      }),
      write: ({ uploadId, bytes }, { connection }) => ({
        receivedBytes: uploads.write(connection, uploadId, bytes),
      }),
      abandon: ({ uploadId }, { connection }) => {
        uploads.abandon(connection, uploadId);
        return {};
      },
    },
    lab: { get: ({ labId }) => library.open(labId).describe() },
  };
}
