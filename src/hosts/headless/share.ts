/** `--share HOSTDIR[:rw]`: only the person at the command line can say it. */
import { realpathSync, statSync } from 'node:fs';
import { UsageError } from '#hosts/headless/arguments.ts';
import type { NodeWorkerData } from '#lab/node/worker-messages.ts';

export function parseShare(text: string | undefined): NodeWorkerData['share'] {
  if (text === undefined) return undefined;
  const isWritable = text.endsWith(':rw');
  const folder = text.replace(/:r[ow]$/, '');
  try {
    if (statSync(folder).isDirectory()) {
      return { folder: realpathSync(folder), isReadOnly: !isWritable };
    }
  } catch (thrown) {
    const { message } = thrown as Error;
    throw new UsageError(`--share ${text}: ${message}`);
  }
  throw new UsageError(`--share ${text}: not a folder`);
}
