import { defineConfig } from 'vitest/config';

const e2e = ['e2e/**/*.test.ts'];
const conformance = ['src/conformance/**/*.test.ts'];
const setupFiles = ['src/testing/property-seed.ts'];

/** Three suites: unit (part of `npm run check`), conformance (foreign judges), e2e (real browser). */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'tools/**/*.test.ts'],
          exclude: conformance,
          setupFiles,
          // A bound against hanging, not a promise of speed: machines are shared.
          testTimeout: 60_000,
        },
      },
      { test: { name: 'conformance', include: conformance, setupFiles, testTimeout: 300_000 } },
      {
        test: {
          name: 'e2e',
          include: e2e,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
