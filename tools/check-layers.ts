/**
 * Holds every import below src against the table in layers.ts. Reads imports by pattern, which is
 * fast and good enough; it knows nothing of types (tsconfig fences and lint's cycle rule do).
 * It fails on what it does not know: a file in no layer, a target in no layer, no import seen at all.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LAYERS, SHARED_AMONG_SIBLINGS, SIBLINGS } from './layers.ts';

/** What `checkLayers` needs to know of a project; tests hand in a small one. */
export interface LayerTable {
  readonly layers: Readonly<Record<string, readonly string[]>>;
  readonly siblings: readonly string[];
  readonly sharedAmongSiblings: readonly string[];
}

export interface LayerReport {
  readonly problems: readonly string[];
  readonly fileCount: number;
  readonly importCount: number;
}

const STATIC_IMPORT = /(?:^|[;\s])(?:import|export)\s(?:[^'"`;]*?\sfrom\s*)?['"]([^'"]+)['"]/g;
const DYNAMIC_IMPORT = /\bimport\(\s*['"]([^'"]+)['"]/g;

/** The specifiers that a source imports: static, type-only, re-exported, dynamic. */
export function importsOf(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  return [...code.matchAll(STATIC_IMPORT), ...code.matchAll(DYNAMIC_IMPORT)].map(
    (match) => match[1] as string,
  );
}

function covers(entry: string, path: string): boolean {
  return path === entry || path.startsWith(`${entry}/`);
}

/** The longest entry of the table that holds `path` (relative to src, `/` between names). */
function layerOf(path: string, table: LayerTable): string | undefined {
  let best: string | undefined;
  for (const entry of Object.keys(table.layers)) {
    if (covers(entry, path) && entry.length > (best?.length ?? -1)) best = entry;
  }
  return best;
}

/** The child of a sibling folder that `path` lies in, e.g. `runtime/cmd/ls`. */
function siblingOf(path: string, table: LayerTable): string | undefined {
  for (const family of table.siblings) {
    if (!path.startsWith(`${family}/`)) continue;
    const rest = path.slice(family.length + 1);
    const slash = rest.indexOf('/');
    if (slash > 0) return `${family}/${rest.slice(0, slash)}`;
  }
  return undefined;
}

function resolveImport(
  from: string,
  specifier: string,
  map: Readonly<Record<string, string>>,
): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier);
  if (!specifier.startsWith('#')) return undefined;
  for (const [pattern, target] of Object.entries(map)) {
    const prefix = pattern.replace(/\*$/, '');
    if (specifier.startsWith(prefix)) {
      return target.replace(/^\.\/src\//, '').replace('*', specifier.slice(prefix.length));
    }
  }
  return `unknown:${specifier}`;
}

function judge(from: string, to: string, table: LayerTable): string | undefined {
  const layer = layerOf(from, table);
  if (layer === undefined) return `src/${from}: is in no layer of tools/layers.ts`;
  if (to.startsWith('unknown:')) {
    return `src/${from}: ${to.slice(8)} is in no "imports" entry of package.json`;
  }
  const target = layerOf(to, table);
  if (target === undefined) return `src/${from}: imports src/${to}, which is in no layer`;
  const own = siblingOf(from, table);
  const other = siblingOf(to, table);
  const isShared = table.sharedAmongSiblings.some((entry) => covers(entry, to));
  if (own !== undefined && other !== undefined && own !== other && !isShared) {
    const family = table.siblings.find((name) => own.startsWith(`${name}/`));
    if (family !== undefined && other.startsWith(`${family}/`)) {
      return `src/${from}: ${own} may not import its sibling ${other}`;
    }
  }
  if (target === layer) return undefined;
  const allowed = (table.layers[layer] ?? []).some((entry) => covers(entry, to));
  return allowed ? undefined : `src/${from}: ${layer} may not import ${target}`;
}

/** Checks all `.ts` and `.tsx` files below `root`/src, tests excepted (they may reach anywhere). */
export function checkLayers(root: string, table: LayerTable): LayerReport {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    imports?: Record<string, string>;
  };
  const files = globSync(['src/**/*.ts', 'src/**/*.tsx'], { cwd: root })
    .map((path) => relative('src', path).split(sep).join('/'))
    .filter((path) => !/\.(?:test|sim|bench)\.tsx?$|\.d\.ts$/.test(path))
    .toSorted();
  const problems: string[] = [];
  let importCount = 0;
  for (const file of files) {
    if (layerOf(file, table) === undefined) {
      problems.push(`src/${file}: is in no layer of tools/layers.ts`);
      continue;
    }
    for (const specifier of importsOf(readFileSync(join(root, 'src', file), 'utf8'))) {
      const target = resolveImport(file, specifier, manifest.imports ?? {});
      if (target === undefined) continue;
      importCount += 1;
      const problem = judge(file, target, table);
      if (problem !== undefined) problems.push(problem);
    }
  }
  if (importCount === 0) problems.push('no import seen: the check has gone blind');
  return { problems, fileCount: files.length, importCount };
}

/** The rows of the table whose folder does not exist (yet): shown, not an error. */
function missingFolders(root: string): string[] {
  return Object.keys(LAYERS).filter((entry) => !existsSync(join(root, 'src', entry)));
}

function main(): void {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const report = checkLayers(root, {
    layers: LAYERS,
    siblings: SIBLINGS,
    sharedAmongSiblings: SHARED_AMONG_SIBLINGS,
  });
  for (const problem of report.problems) process.stderr.write(`${problem}\n`);
  const waiting = missingFolders(root);
  const note = waiting.length === 0 ? '' : `; ${waiting.length} layers have no files yet`;
  process.stdout.write(
    `layers: ${report.fileCount} files, ${report.importCount} imports, ` +
      `${report.problems.length} problems${note}\n`,
  );
  process.exitCode = report.problems.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
