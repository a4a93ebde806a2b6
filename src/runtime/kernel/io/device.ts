/**
 * What a character device driver offers. A driver is registered under its major number at node.ts;
 * specfs calls it for every special file with that number, wherever the file lies.
 * @see uts/common/sys/conf.h cb_ops, dev_ops
 */
import { POLLIN, POLLOUT, POLLRDNORM } from '#abi/illumos/poll.ts';
import { WaitQueue } from '#kernel/disp/wait.ts';
import { EINVAL, ENOTTY, type Errno } from '#kernel/os/errno.ts';
import type { Blocking, PollState, VnodeContext } from '#kernel/vfs/vnode.ts';

export interface Driver {
  /** As in /etc/name_to_major. */
  readonly name: string;
  readonly major: number;
  open(minor: number, flags: number, ctx: VnodeContext): Blocking<OpenDevice>;
}

const ALWAYS_READY = new WaitQueue();

/** One successful open of a device. */
export abstract class OpenDevice {
  /** Of a clone device: the device number that was made for this open. */
  readonly device: number | undefined = undefined;

  read(_offsetBytes: number, _target: Uint8Array, _ctx: VnodeContext): Blocking<number> {
    return EINVAL;
  }

  write(_offsetBytes: number, _source: Uint8Array, _ctx: VnodeContext): Blocking<number> {
    return EINVAL;
  }

  ioctl(_command: number, _argument: unknown, _ctx: VnodeContext): Blocking<number> {
    return ENOTTY;
  }

  poll(events: number, _ctx: VnodeContext): PollState {
    return { events: events & (POLLIN | POLLRDNORM | POLLOUT), queue: ALWAYS_READY };
  }

  seek(_offsetBytes: number): Errno | undefined {
    return undefined;
  }

  close(_ctx: VnodeContext): void {}
}

/** Major numbers as SmartOS has them. @see overlay/generic/etc/name_to_major */
export const MAJORS = {
  ptm: 5,
  pts: 6,
  clone: 10,
  cn: 13,
  sd: 32,
  log: 37,
  mm: 38,
  random: 49,
  sy: 59,
  sysmsg: 61,
  wc: 68,
  ramdisk: 82,
  zfs: 90,
} as const;

export class DriverTable {
  readonly #byMajor = new Map<number, Driver>();

  register(driver: Driver): void {
    this.#byMajor.set(driver.major, driver);
  }

  get(major: number): Driver | undefined {
    return this.#byMajor.get(major);
  }
}
