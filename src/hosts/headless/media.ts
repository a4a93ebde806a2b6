/** `lab media`: boot media of the bundled platform image. */
import { resolve } from 'node:path';
import { isoImage } from '#boot/media/iso-image.ts';
import { usbImage } from '#boot/media/usb-image.ts';
import { readLabFile } from '#lab/folder/lab-file.ts';
import type { OpenLab } from '#lab/open-lab.ts';
import { type MediumKind, mediumFile, newestMedium, writeMedium } from '#lab/folder/boot-media.ts';
import {
  NotSupportedError,
  operands,
  parseCommandLine,
  UsageError,
} from '#hosts/headless/arguments.ts';
import type { CommandContext } from '#hosts/headless/context.ts';
import { nodeCodecs } from '#hosts/node/codecs.ts';
import { readPlatformImage } from '#hosts/node/platform-files.ts';

export function media(words: readonly string[], context: CommandContext): Promise<number> {
  const { values, positionals, rest } = parseCommandLine(words, { out: { type: 'string' } });
  const [folder = '', kind = ''] = operands([...positionals, ...rest], 'DIR', 'usb|iso');
  if (kind !== 'usb' && kind !== 'iso') throw new UsageError(`"${kind}" is neither usb nor iso`);
  readLabFile(folder);
  const platform = readPlatformImage(context.places.platformFolder);
  const out = values['out'] as string | undefined;
  const file = out === undefined ? mediumFile(folder, kind, platform.stamp) : resolve(out);
  writeMedium(kind === 'usb' ? usbImage(platform, nodeCodecs()) : isoImage(platform), file);
  context.out(`${file}\n`);
  return Promise.resolve(0);
}

export interface BootChoice {
  readonly device: 'ram' | MediumKind;
  /** The image named by the person. */
  readonly file: string | undefined;
}

/** `--boot` and `--media`, as far as they are there; UsageError for what is none. */
export function parseBoot(values: Readonly<Record<string, unknown>>): BootChoice {
  const device = (values['boot'] as string | undefined) ?? 'ram';
  const file = values['media'] as string | undefined;
  if (device === 'disk' || device === 'pxe') throw new NotSupportedError(`--boot ${device}`);
  if (device !== 'ram' && device !== 'usb' && device !== 'iso') {
    throw new UsageError(`--boot ${device}: not ram, usb or iso`);
  }
  if (device === 'ram' && file !== undefined) {
    throw new UsageError('--media needs --boot usb or --boot iso');
  }
  return { device, file };
}

/** Puts the medium in: the named one, else the lab's newest. Throws LabError `mediumMissing`. */
export function insertMedium(lab: OpenLab, { device, file }: BootChoice): void {
  if (device === 'ram') return;
  const image = file === undefined ? newestMedium(lab.folder, device) : resolve(file);
  lab.media = [{ kind: device, file: image }];
}
