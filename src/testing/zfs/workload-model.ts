/** What a pool's file systems must hold, as plain data: the model of the random work. */

/** A directory maps names to entries; hard links share one file. */
export interface ModelFile {
  content: Uint8Array;
}
export type ModelDir = Map<string, ModelDir | ModelFile>;

export function isDir(entry: ModelDir | ModelFile): entry is ModelDir {
  return entry instanceof Map;
}

export function cloneTree(dir: ModelDir, seen = new Map<ModelFile, ModelFile>()): ModelDir {
  const copy: ModelDir = new Map();
  for (const [name, entry] of dir) {
    if (isDir(entry)) {
      copy.set(name, cloneTree(entry, seen));
      continue;
    }
    let file = seen.get(entry);
    if (file === undefined) {
      file = { content: entry.content };
      seen.set(entry, file);
    }
    copy.set(name, file);
  }
  return copy;
}

export interface ModelDataset {
  tree: ModelDir;
  /** Oldest first. */
  snapshots: { name: string; tree: ModelDir; clones: number }[];
  /** Full name of the origin of a clone. */
  origin: string | undefined;
}
