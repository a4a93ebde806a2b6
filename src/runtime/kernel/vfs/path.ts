/**
 * From a directory back to its path, by asking each parent for the name: getcwd(2) and the links of
 * /proc/PID. Costs a readdir a level; nothing has to be kept up to date for it.
 * @see uts/common/fs/lookup.c dirtopath
 */
import { EACCES, ENOENT, type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Vnode, VnodeContext } from '#kernel/vfs/vnode.ts';

/** The path of `directory` seen from `root`; ENOENT when it was removed or lies outside. */
export function pathOfDirectory(
  directory: Vnode,
  root: Vnode,
  context: VnodeContext,
): string | Errno {
  const names: string[] = [];
  let current = directory;
  while (current !== root) {
    while (current === current.vfs.root()) {
      const covered = current.vfs.coveredVnode;
      if (covered === null) return ENOENT;
      current = covered;
      if (current === root) return join(names);
    }
    const parent = current.lookup('..', context);
    if (isErrno(parent)) return parent;
    const name = nameOf(current, parent, context);
    if (isErrno(name)) return name;
    names.push(name);
    current = parent;
  }
  return join(names);
}

function join(names: readonly string[]): string {
  return `/${names.toReversed().join('/')}`;
}

function nameOf(child: Vnode, parent: Vnode, context: VnodeContext): string | Errno {
  if (child.hiddenName !== undefined) return child.hiddenName;
  const attributes = child.getattr(context);
  if (isErrno(attributes)) return attributes;
  let cursor: number | undefined = 0;
  while (cursor !== undefined) {
    const page: ReturnType<Vnode['readdir']> = parent.readdir(cursor, 256, context);
    if (isErrno(page)) return EACCES;
    for (const entry of page.entries) {
      const isSelf = entry.name === '.' || entry.name === '..';
      if (!isSelf && entry.nodeid === attributes.nodeid) return entry.name;
    }
    cursor = page.next;
  }
  return ENOENT;
}
