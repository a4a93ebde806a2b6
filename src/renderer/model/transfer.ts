/**
 * Labs as files, out and in. Both run in pieces with a progress bar and can be cancelled. Where the
 * browser lets the person choose a place (File System Access) an export goes straight to disk;
 * elsewhere it is gathered as a Blob, which browsers keep on disk when it grows.
 */
import { MAX_UPLOAD_CHUNK_BYTES } from '#protocol/contract.ts';
import { LabError } from '#protocol/errors.ts';
import { act, openLab } from '#renderer/model/actions.ts';
import { withDetail } from '#renderer/model/lab-state.ts';
import { withoutTransfer, withTransfer } from '#renderer/model/ui-state.ts';
import { notify, type Workbench } from '#renderer/model/workbench.ts';

/** Where exported bytes go. */
interface Sink {
  write(bytes: Uint8Array): Promise<void>;
  finish(): Promise<void>;
  abort(): Promise<void>;
}

interface SavePicker {
  showSaveFilePicker?: (
    this: unknown,
    options: object,
  ) => Promise<{
    createWritable(): Promise<{
      write(data: Uint8Array): Promise<void>;
      close(): Promise<void>;
      abort(): Promise<void>;
    }>;
  }>;
}

const FILE_SUFFIX = '.smartoslab';

/** A file name made of a lab's name: no separators, no dots in front. */
export function exportFileName(labName: string): string {
  const safe = labName.replace(/[^\p{L}\p{N} ._-]+/gu, '-').replace(/^[.\s-]+|[.\s-]+$/g, '');
  return `${safe === '' ? 'lab' : safe}${FILE_SUFFIX}`;
}

async function openSink(fileName: string): Promise<Sink> {
  const picker = (window as SavePicker).showSaveFilePicker;
  if (picker === undefined) return blobSink(fileName);
  try {
    const handle = await picker.call(window, { suggestedName: fileName });
    const file = await handle.createWritable();
    return {
      write: (bytes) => file.write(bytes),
      finish: () => file.close(),
      abort: () => file.abort(),
    };
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === 'AbortError') {
      throw new LabError('cancelled', 'The export was cancelled');
    }
    // Not allowed here (no gesture, an automated browser): the ordinary download still works.
    return blobSink(fileName);
  }
}

function blobSink(fileName: string): Sink {
  let blob = new Blob([]);
  return {
    write: (bytes) => {
      blob = new Blob([blob, bytes as Uint8Array<ArrayBuffer>]);
      return Promise.resolve();
    },
    finish: () => {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(blob);
      link.download = fileName;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      return Promise.resolve();
    },
    abort: () => Promise.resolve(),
  };
}

export function exportLab(bench: Workbench, labId: string): Promise<boolean> {
  return act(bench, `export:${labId}`, async () => {
    const name = bench.lab.getState().labs?.find((lab) => lab.id === labId)?.name ?? 'lab';
    const sink = await openSink(exportFileName(name));
    const stream = bench.link.client().labs.export({ labId });
    const id = bench.nextId();
    let isCancelled = false;
    let doneBytes = 0;
    const cancel = (): void => {
      isCancelled = true;
      stream.cancel();
    };
    const title = `Exporting "${name}"`;
    const show = (): void =>
      bench.ui.setState((state) =>
        withTransfer(state, { id, title, doneBytes, totalBytes: undefined, cancel }),
      );
    try {
      show();
      for await (const { bytes } of stream) {
        await sink.write(bytes);
        doneBytes += bytes.length;
        show();
      }
      if (isCancelled) throw new LabError('cancelled', 'The export was cancelled');
      await sink.finish();
      notify(bench, { level: 'info', title: `Exported "${name}"` });
    } catch (thrown) {
      await sink.abort();
      throw thrown;
    } finally {
      bench.ui.setState((state) => withoutTransfer(state, id));
    }
  });
}

export function importLab(bench: Workbench, file: File): Promise<boolean> {
  return act(bench, 'import', async () => {
    const client = bench.link.client();
    const { uploadId } = await client.uploads.begin({ sizeBytes: file.size });
    const id = bench.nextId();
    let isCancelled = false;
    const cancel = (): void => {
      isCancelled = true;
    };
    const title = `Importing "${file.name}"`;
    const totalBytes = file.size;
    try {
      for (let at = 0; at < file.size; at += MAX_UPLOAD_CHUNK_BYTES) {
        bench.ui.setState((state) =>
          withTransfer(state, { id, title, doneBytes: at, totalBytes, cancel }),
        );
        const piece = await file.slice(at, at + MAX_UPLOAD_CHUNK_BYTES).arrayBuffer();
        if (isCancelled) throw new LabError('cancelled', 'The import was cancelled');
        await client.uploads.write({ uploadId, bytes: new Uint8Array(piece) });
      }
      const detail = await client.labs.import({ uploadId });
      bench.lab.setState((state) => withDetail(state, detail));
      await bench.link.refreshLabs();
      await openLab(bench, detail.id);
      notify(bench, { level: 'info', title: `Imported lab "${detail.name}"` });
    } catch (thrown) {
      await client.uploads.abandon({ uploadId }).catch(() => {});
      throw thrown;
    } finally {
      bench.ui.setState((state) => withoutTransfer(state, id));
    }
  });
}
