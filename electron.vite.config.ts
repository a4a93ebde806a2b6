/**
 * One build for all hosts. `main` bundles everything that Node.js runs: Electron's main process, the
 * lab process, a node's worker, and the headless and web hosts; only native packages stay outside, so
 * that a start reads a few files and not hundreds. LAB_BUILD=node leaves the renderer out.
 */
import { resolve } from 'node:path';
import { defineConfig } from 'electron-vite';
import { rendererConfig } from './tools/renderer-build.ts';

const source = (path: string): string => resolve(import.meta.dirname, 'src', path);

const commonJs = {
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: 'chunks/[name]-[hash].cjs',
} as const;

const main = {
  build: {
    outDir: 'out/main',
    externalizeDeps: { exclude: ['@noble/hashes', 'unbash', 'ws', 'zod'] },
    sourcemap: true,
    rolldownOptions: {
      input: {
        index: source('main/index.ts'),
        lab: source('hosts/electron/lab-entry.ts'),
        'node-worker': source('hosts/node/worker.ts'),
        headless: source('hosts/headless/main.ts'),
      },
      output: commonJs,
    },
  },
};

/** A sandboxed preload script must be CommonJS and must not import anything at run time. */
const preload = {
  build: {
    outDir: 'out/preload',
    externalizeDeps: false,
    rolldownOptions: { input: { index: source('preload/index.ts') }, output: commonJs },
  },
};

const renderer = rendererConfig(resolve(import.meta.dirname, 'out/renderer'));

export default defineConfig(() =>
  process.env['LAB_BUILD'] === 'node' ? { main, preload } : { main, preload, renderer },
);
