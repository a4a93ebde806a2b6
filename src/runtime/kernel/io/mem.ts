/**
 * The drivers without hardware: mm (null, zero, full), random, sysmsg (msglog).
 * @man null(4D) zero(4D) full(4D) random(4D)
 */
import type { RandomSource } from '#runtime/host.ts';
import { ENOSPC, ENXIO, EINVAL, type Errno } from '#kernel/os/errno.ts';
import { type Driver, MAJORS, OpenDevice } from '#kernel/io/device.ts';
import type { Blocking, VnodeContext } from '#kernel/vfs/vnode.ts';

/** Minors of mm. @see uts/i86pc/sys/mm.h */
export const M_NULL = 2;
export const M_ZERO = 12;
export const M_FULL = 13;

class NullDevice extends OpenDevice {
  override read(): number {
    return 0;
  }

  override write(_offset: number, source: Uint8Array): number {
    return source.length;
  }
}

class ZeroDevice extends OpenDevice {
  override read(_offset: number, target: Uint8Array): number {
    target.fill(0);
    return target.length;
  }

  override write(_offset: number, source: Uint8Array): Blocking<number> {
    return source.length;
  }
}

class FullDevice extends ZeroDevice {
  override write(): Blocking<number> {
    return ENOSPC;
  }
}

export function mmDriver(): Driver {
  const devices = new Map<number, OpenDevice>([
    [M_NULL, new NullDevice()],
    [M_ZERO, new ZeroDevice()],
    [M_FULL, new FullDevice()],
  ]);
  return {
    name: 'mm',
    major: MAJORS.mm,
    open: (minor) => devices.get(minor) ?? ENXIO,
  };
}

class RandomDevice extends OpenDevice {
  readonly #random: RandomSource;

  constructor(random: RandomSource) {
    super();
    this.#random = random;
  }

  override read(_offset: number, target: Uint8Array): number {
    this.#random.fill(target);
    return target.length;
  }

  /** What is written is entropy that we do not need. */
  override write(_offset: number, source: Uint8Array): number {
    return source.length;
  }
}

/** Minor 0 is /dev/random, 1 /dev/urandom; neither ever waits. */
export function randomDriver(random: RandomSource): Driver {
  const device = new RandomDevice(random);
  return {
    name: 'random',
    major: MAJORS.random,
    open: (minor) => (minor === 0 || minor === 1 ? device : ENXIO),
  };
}

class MessageDevice extends OpenDevice {
  readonly #take: (text: Uint8Array) => void;

  constructor(take: (text: Uint8Array) => void) {
    super();
    this.#take = take;
  }

  override read(_offset: number, _target: Uint8Array, _ctx: VnodeContext): Errno {
    return EINVAL;
  }

  override write(_offset: number, source: Uint8Array): number {
    this.#take(source);
    return source.length;
  }
}

/** /dev/msglog and /dev/sysmsg: what is written goes to the console's message sink. */
export function sysmsgDriver(take: (text: Uint8Array) => void): Driver {
  const device = new MessageDevice(take);
  return { name: 'sysmsg', major: MAJORS.sysmsg, open: () => device };
}
