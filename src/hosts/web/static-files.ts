/** The renderer's files over HTTP: only what lies in its folder, with strict headers. */
import { readFile, realpath } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** The content type of a file that may be served; undefined for others. */
export function contentType(file: string): string | undefined {
  return TYPES[extname(file)];
}

/** `socketUrl`: the one address the page may connect to. */
export function securityHeaders(socketUrl: string): Record<string, string> {
  const policy = [
    "default-src 'self'",
    "script-src 'self'",
    "worker-src 'self' blob:",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self' data:",
    "img-src 'self' data:",
    `connect-src 'self' ${socketUrl}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'Content-Security-Policy': policy.join('; '),
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'no-cache',
  };
}

/**
 * The file of `folder` that a request's path names, or undefined: not decodable, outside, hidden, not
 * there, a folder, or reached through a link that leaves the folder.
 */
export async function resolveFile(folder: string, url: string): Promise<string | undefined> {
  const path = url.replace(/[?#].*$/, '');
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return undefined;
  }
  const isClean = decoded.startsWith('/') && !/[\\\0:]|\/\.|\/\//.test(decoded);
  if (!isClean) return undefined;
  const name = decoded === '/' ? '/index.html' : decoded;
  try {
    const root = await realpath(folder);
    const file = await realpath(normalize(join(root, name)));
    return file.startsWith(root + sep) ? file : undefined;
  } catch {
    return undefined;
  }
}

export async function serveFile(
  folder: string,
  headers: Readonly<Record<string, string>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = (status: number, text: string, more: Record<string, string> = {}): void => {
    response.writeHead(status, { ...headers, ...more, 'Content-Type': 'text/plain' });
    response.end(text);
  };
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return answer(405, 'Method not allowed\n', { Allow: 'GET, HEAD' });
  }
  const file = await resolveFile(folder, request.url ?? '/');
  const type = file === undefined ? undefined : contentType(file);
  if (file === undefined || type === undefined) return answer(404, 'Not found\n');
  try {
    const bytes = await readFile(file);
    response.writeHead(200, { ...headers, 'Content-Type': type, 'Content-Length': bytes.length });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  } catch {
    answer(404, 'Not found\n');
  }
}
