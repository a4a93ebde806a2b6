import { expect, test } from 'vitest';
import { addUp, type SuiteReport, skippedNames, suiteCount } from './test-report.ts';

const report: SuiteReport = {
  numPassedTests: 3,
  numFailedTests: 1,
  numPendingTests: 1,
  testResults: [
    {
      name: 'a',
      status: 'failed',
      assertionResults: [
        { fullName: 'a works', status: 'failed' },
        { fullName: 'skipped: zdb missing', status: 'skipped' },
      ],
    },
    { name: 'does not load', status: 'failed', assertionResults: [] },
  ],
};

test('a file that does not load is a failure of its own', () => {
  expect(suiteCount(report, false)).toEqual({ passed: 3, failed: 2, skipped: 1 });
  expect(skippedNames(report)).toEqual(['skipped: zdb missing']);
});

test('a run that failed without a failed test is not green', () => {
  const clean = { ...report, numFailedTests: 0, testResults: [] };
  expect(suiteCount(clean, true).failed).toBe(0);
  expect(suiteCount(clean, false).failed).toBe(1);
});

test('counts add up', () => {
  const one = { passed: 1, failed: 0, skipped: 2 };
  expect(addUp([one, one, { passed: 0, failed: 1, skipped: 0 }])).toEqual({
    passed: 2,
    failed: 1,
    skipped: 4,
  });
});
