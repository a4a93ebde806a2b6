import { describe, expect, test } from 'vitest';
import { AWK_CASES } from './awk.cases.ts';
import { COMPARE_CASES } from './compare.cases.ts';
import { DD_CASES, FILE_CASES, GZIP_CASES, MORE_CASES } from './files.cases.ts';
import { FILTER_CASES } from './filters.cases.ts';
import { FIXTURES } from './fixtures.ts';
import { bootJudged, comparable, judgeAll, missingTools, parseCases, runOurs } from './judge.ts';
import { GREP_CASES, SED_CASES } from './search.cases.ts';

const SUITES: Readonly<Record<string, string>> = {
  filters: FILTER_CASES,
  grep: GREP_CASES,
  sed: SED_CASES,
  awk: AWK_CASES,
  files: FILE_CASES,
  compare: COMPARE_CASES,
  dd: DD_CASES,
  gzip: GZIP_CASES,
  more: MORE_CASES,
};

const missing = missingTools();
const note = missing.length === 0 ? '' : ` (skipped: ${missing.join(', ')} missing)`;

describe.skipIf(note !== '').each(Object.entries(SUITES))(`%s${note}`, (_, text) => {
  const cases = parseCases(text);
  const judged = note === '' ? judgeAll(cases, FIXTURES) : [];
  const node = bootJudged(FIXTURES);
  test.each(cases.map((one, index) => [one.line, one, index] as const))(
    '%s',
    (_line, one, index) => {
      const ours = runOurs(node, one, index, FIXTURES);
      const theirs = judged[index];
      expect(theirs).toBeDefined();
      if (theirs !== undefined) expect(comparable(one, ours)).toEqual(comparable(one, theirs));
    },
  );
});
