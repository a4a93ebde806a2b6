/**
 * What goes onto a medium: files by path, directories made from the paths. Both writers (FAT, ISO
 * 9660) lay out this one tree.
 */
import type { SparseBytes } from '#base/byte-source.ts';

export interface MediaFile {
  /** From the root, `/` between names, none at the start. */
  readonly path: string;
  readonly content: SparseBytes;
}

export interface MediaDirectory {
  readonly name: string;
  readonly directories: MediaDirectory[];
  readonly files: { readonly name: string; readonly content: SparseBytes }[];
}

/** Throws RangeError when a path is taken twice or leads through a file. */
export function treeOf(files: readonly MediaFile[]): MediaDirectory {
  const root: MediaDirectory = { name: '', directories: [], files: [] };
  for (const { path, content } of files) {
    const names = path.split('/');
    const name = names.pop() ?? '';
    let place = root;
    for (const part of names) {
      let next = place.directories.find((directory) => directory.name === part);
      if (next === undefined) {
        assertFree(place, part, path);
        next = { name: part, directories: [], files: [] };
        place.directories.push(next);
      }
      place = next;
    }
    assertFree(place, name, path);
    place.files.push({ name, content });
  }
  return root;
}

function assertFree(place: MediaDirectory, name: string, path: string): void {
  const isTaken = [...place.directories, ...place.files].some((each) => each.name === name);
  if (name === '' || isTaken) throw new RangeError(`cannot put "${path}" on the medium`);
}
