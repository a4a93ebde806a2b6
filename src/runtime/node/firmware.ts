/**
 * From the power button to a platform in memory: finds the medium to boot from, runs the loader on
 * the console, reads what was chosen. Only then is there a machine with a kernel.
 */
import type { BootDevice, Host, PlatformImage } from '#runtime/host.ts';
import type { BootOptions } from '#runtime/node-contract.ts';
import { unalignedSource } from '#base/byte-source.ts';
import { encodeUtf8 } from '#base/bytes.ts';
import { MediaError } from '#base/media-error.ts';
import { Loader } from '#boot/loader/loader.ts';
import type { BootChoice } from '#boot/loader/menu.ts';
import {
  type BootMedium,
  describePlatform,
  loadPlatform,
  type MediumPlatform,
  openMedium,
} from '#boot/media/medium.ts';
import { BootFailure } from '#runtime/node/ramdisk.ts';

export interface FirmwareBoot {
  readonly platform: PlatformImage;
  readonly boot: BootOptions;
}

const MEDIUM_NAMES: Readonly<Record<BootDevice['kind'], string>> = {
  usb: 'USB stick',
  iso: 'disc',
};

export class Firmware {
  readonly #boot: BootOptions;
  readonly #loader: Loader;
  readonly #say: (text: string) => void;

  /** Throws `BootFailure` when no medium can be booted. */
  constructor(host: Host, boot: BootOptions) {
    this.#boot = boot;
    this.#say = (text) => host.console.write(encodeUtf8(text));
    const medium = findMedium(host, boot, this.#say);
    const now = host.clock.monotonicNs();
    this.#loader = new Loader(medium.volume, boot.properties, now, this.#say);
  }

  get wakeAtNs(): bigint | undefined {
    return this.#loader.wakeAtNs;
  }

  input(bytes: Uint8Array): void {
    this.#loader.input(bytes);
  }

  /**
   * What to boot, `reboot`, or undefined while a person still chooses. Throws `BootFailure` when what
   * nobody chose (no menu was shown) can't be booted; a person gets the prompt back instead.
   */
  tick(nowNs: bigint): FirmwareBoot | 'reboot' | undefined {
    this.#loader.tick(nowNs);
    const { result } = this.#loader;
    if (result === undefined) return undefined;
    if (result.kind === 'reboot') return 'reboot';
    const loaded = this.#load(result.choice);
    if (typeof loaded !== 'string') return loaded;
    this.#say(`${loaded}\r\n`);
    if (!this.#loader.isAttended) throw new BootFailure(loaded);
    this.#loader.backToPrompt();
    return undefined;
  }

  /** The platform in memory, or why not. */
  #load(choice: BootChoice): FirmwareBoot | string {
    const { volume } = this.#loader;
    try {
      const found = describePlatform(volume, choice.platform);
      if (found === undefined) return `Cannot boot: there is no kernel in /${choice.platform}`;
      const refusal = kernelRefusal(found);
      if (refusal !== undefined) return refusal;
      const loaded = loadPlatform(volume, choice.platform);
      if (loaded === undefined) {
        return `Cannot boot: there is no boot_archive in /${choice.platform}/i86pc/amd64`;
      }
      const { bootArchive, bootArchiveHash = '' } = loaded;
      const platform = { stamp: found.stamp, bootArchive, bootArchiveHash, folder: found.folder };
      const flags = [...this.#boot.flags, ...choice.flags];
      return { platform, boot: { ...this.#boot, flags, properties: choice.properties } };
    } catch (error) {
      if (error instanceof MediaError) return `Cannot boot: ${error.message}`;
      throw error;
    }
  }
}

/** Why a platform's kernel does not run in the node itself; undefined: it does. */
function kernelRefusal({ kernel, stamp }: MediumPlatform): string | undefined {
  if (kernel === 'lab') return undefined;
  if (kernel === 'unknown') return 'Cannot boot: unix is no kernel that the lab knows';
  const name =
    stamp === '' ? 'a genuine illumos platform' : `the genuine SmartOS platform ${stamp}`;
  return (
    `Cannot boot: this medium holds ${name}. Its kernel is x86 machine code and needs a ` +
    'virtual machine; the node itself runs platforms of SmartOS Lab'
  );
}

function findMedium(host: Host, boot: BootOptions, say: (text: string) => void): BootMedium {
  const kind = boot.device === 'iso' ? 'iso' : 'usb';
  const name = MEDIUM_NAMES[kind];
  const fail = (message: string): BootFailure => {
    say(`${message}\r\n`);
    return new BootFailure(message);
  };
  const found = host.media?.find((each) => each.kind === kind);
  if (found === undefined) throw fail(`Cannot boot: there is no ${name}`);
  const { device } = found;
  try {
    const medium = openMedium(unalignedSource(device, device.sectorSize));
    say(`Booting from the ${MEDIUM_NAMES[medium.kind]} "${medium.volume.label}"...\r\n`);
    return medium;
  } catch (error) {
    if (!(error instanceof MediaError)) throw error;
    throw fail(`Cannot boot: the ${name} has no boot volume: ${error.message}`);
  }
}
