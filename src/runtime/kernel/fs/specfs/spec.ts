/**
 * Special files: a name in some filesystem, a driver behind it. Every open makes a vnode of its own
 * that passes calls to the driver's open device and questions about the file to the stored one.
 * @see uts/common/fs/specfs
 */
import { majorOf, minorOf } from '#abi/illumos/stat.ts';
import { isWouldBlock } from '#kernel/disp/wait.ts';
import { ENXIO, type Errno, isErrno } from '#kernel/os/errno.ts';
import type { DriverTable, OpenDevice } from '#kernel/io/device.ts';
import { ShadowVnode } from '#kernel/vfs/shadow-vnode.ts';
import type { SpecialFiles } from '#kernel/vfs/special.ts';
import type {
  Blocking,
  PollState,
  Vnode,
  VnodeAttributes,
  VnodeContext,
} from '#kernel/vfs/vnode.ts';

/** Devices go to their drivers, fifos to `openFifo`. */
export class SpecFiles implements SpecialFiles {
  readonly #drivers: DriverTable;
  readonly #openFifo: (stored: Vnode, flags: number, ctx: VnodeContext) => Blocking<Vnode>;

  constructor(
    drivers: DriverTable,
    openFifo: (stored: Vnode, flags: number, ctx: VnodeContext) => Blocking<Vnode>,
  ) {
    this.#drivers = drivers;
    this.#openFifo = openFifo;
  }

  open(stored: Vnode, rdev: number, flags: number, ctx: VnodeContext): Blocking<Vnode> {
    if (stored.type === 'VFIFO') return this.#openFifo(stored, flags, ctx);
    const driver = this.#drivers.get(majorOf(rdev));
    if (driver === undefined) return ENXIO;
    const device = driver.open(minorOf(rdev), flags, ctx);
    if (isErrno(device) || isWouldBlock(device)) return device;
    return new SpecVnode(stored, device);
  }
}

class SpecVnode extends ShadowVnode {
  readonly #device: OpenDevice;

  constructor(stored: Vnode, device: OpenDevice) {
    super(stored);
    this.#device = device;
  }

  override close(ctx: VnodeContext): void {
    this.#device.close(ctx);
  }

  override getattr(ctx: VnodeContext): VnodeAttributes | Errno {
    const attributes = this.stored.getattr(ctx);
    const rdev = this.#device.device;
    return isErrno(attributes) || rdev === undefined ? attributes : { ...attributes, rdev };
  }

  override read(offsetBytes: number, target: Uint8Array, ctx: VnodeContext): Blocking<number> {
    return this.#device.read(offsetBytes, target, ctx);
  }

  override write(offsetBytes: number, source: Uint8Array, ctx: VnodeContext): Blocking<number> {
    return this.#device.write(offsetBytes, source, ctx);
  }

  override ioctl(command: number, argument: unknown, ctx: VnodeContext): Blocking<number> {
    return this.#device.ioctl(command, argument, ctx);
  }

  override poll(events: number, ctx: VnodeContext): PollState {
    return this.#device.poll(events, ctx);
  }

  override seek(offsetBytes: number): Errno | undefined {
    return this.#device.seek(offsetBytes);
  }
}
