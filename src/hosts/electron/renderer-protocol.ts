/**
 * The renderer's files for Electron's window under a scheme of our own, with the headers of the web
 * face: a page from file:// could read the disk, and gets no headers.
 */
import { readFile } from 'node:fs/promises';
import { contentType, resolveFile, securityHeaders } from '#hosts/web/static-files.ts';

export const RENDERER_SCHEME = 'smartos-lab';
export const RENDERER_URL: string = `${RENDERER_SCHEME}://app/`;

/** Answers a request of the window; anything but a file of `folder` is 404. */
export async function answerRenderer(folder: string, url: string): Promise<Response> {
  // The window talks to the lab through its port only: there is nothing to connect to.
  const headers = securityHeaders('');
  const { host, pathname } = new URL(url);
  const file = host === 'app' ? await resolveFile(folder, pathname) : undefined;
  const type = file === undefined ? undefined : contentType(file);
  if (file === undefined || type === undefined) {
    return new Response('Not found\n', { status: 404, headers });
  }
  const bytes = await readFile(file);
  return new Response(new Uint8Array(bytes), { headers: { ...headers, 'Content-Type': type } });
}
