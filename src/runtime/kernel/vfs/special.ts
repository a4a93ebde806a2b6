/**
 * How a filesystem hands over the special files and fifos it stores: it keeps name, owner and mode;
 * who knows devices and pipes does the rest. Registered at node.ts, so that filesystems do not
 * import each other.
 * @see uts/common/fs/specfs/specsubr.c specvp
 */
import type { Blocking, Vnode, VnodeContext } from '#kernel/vfs/vnode.ts';

export interface SpecialFiles {
  /** Opens the device or fifo that `stored` names; attributes of what it answers are `stored`'s. */
  open(stored: Vnode, rdev: number, flags: number, ctx: VnodeContext): Blocking<Vnode>;
}
