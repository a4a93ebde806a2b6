/**
 * House rules that no other tool checks: every source file says what it is in its first lines, no
 * file hides behind a name that says nothing, lines end before column 101, no work is postponed in
 * a comment without a decision, and the lock file names every platform's binary packages.
 */
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const VAGUE_NAMES = /^(?:utils?|helpers?|types?|common|misc|shared|constants)\.tsx?$/;
const POSTPONED = /\b(?:TODO|FIXME|XXX|HACK)\b/;
const MAX_COLUMNS = 100;

/** What is wrong with one source file, as `path:line: message`. */
export function tidyFile(path: string, text: string): string[] {
  const problems: string[] = [];
  const lines = text.split(/\r?\n/);
  const isTest = /\.(?:test|sim|bench)\.tsx?$/.test(path);
  if (VAGUE_NAMES.test(basename(path))) {
    problems.push(`${path}:1: the name says nothing: call it what it holds`);
  }
  if (!isTest && !/^(?:\/\*\*|\/\/|#!)/.test(lines[0] ?? '')) {
    problems.push(`${path}:1: the first lines must say what the file is and its source`);
  }
  lines.forEach((line, index) => {
    if (line.length > MAX_COLUMNS && !/https?:|^import |^\s*(?:\/\/|\*|'|`|\["|")/.test(line)) {
      problems.push(`${path}:${index + 1}: ${line.length} columns (at most ${MAX_COLUMNS})`);
    }
    if (POSTPONED.test(line)) {
      problems.push(`${path}:${index + 1}: write a decision or do it: ${line.trim()}`);
    }
  });
  return problems;
}

/** Owners in a package-lock whose optional binary packages it has lost (npm drops them silently). */
export function lostSiblings(lock: {
  packages: Record<string, { optionalDependencies?: Record<string, string> }>;
}): string[] {
  const paths = Object.keys(lock.packages);
  return Object.entries(lock.packages).flatMap(([owner, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => !paths.some((path) => path.endsWith(`node_modules/${name}`)))
      .map((name) => `package-lock.json: ${owner || 'the project'} lost ${name}`),
  );
}

function main(): void {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const files = globSync(['src/**/*.{ts,tsx}', 'tools/**/*.{ts,mjs}', 'e2e/**/*.ts'], { cwd: root })
    .map((path) => path.split(sep).join('/'))
    .filter((path) => !/tidy(?:\.test)?\.ts$/.test(path))
    .toSorted();
  const problems = files.flatMap((path) => tidyFile(path, readFileSync(join(root, path), 'utf8')));
  problems.push(...lostSiblings(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))));
  if (files.length === 0) problems.push('no file seen: the check has gone blind');
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.stdout.write(`tidy: ${files.length} files, ${problems.length} problems\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
