/**
 * How the renderer is built, in one place: electron-vite's renderer section and the tools that need
 * a renderer without the rest (screenshots, browser tests against the fake lab) read it.
 */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { build, type InlineConfig } from 'vite';

const ROOT = fileURLToPath(new URL('../src/renderer', import.meta.url));

export function rendererConfig(outDir: string): InlineConfig {
  return {
    root: ROOT,
    // Relative addresses: the same files are served over HTTP and loaded by Electron.
    base: './',
    plugins: [react()],
    worker: { format: 'es' },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2024',
      // Newer than the default, so that light-dark() stays as it is: term-palette.ts reads it.
      cssTarget: ['chrome125', 'firefox125', 'safari17.5'],
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 1200,
      rolldownOptions: {
        input: fileURLToPath(new URL('../src/renderer/index.html', import.meta.url)),
      },
    },
  };
}

/** Builds into `outDir`, saying nothing unless it fails. */
export async function buildRenderer(outDir: string): Promise<void> {
  await build({ ...rendererConfig(outDir), configFile: false, logLevel: 'warn' });
}
