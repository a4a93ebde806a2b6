/** What our writers make our readers read, whatever the tree; damage ends in a MediaError. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ByteSource, sourceOf, sparseOf } from '#base/byte-source.ts';
import { encodeUtf8 } from '#base/bytes.ts';
import { MediaError } from '#base/media-error.ts';
import { MiB } from '#base/units.ts';
import { FatVolume } from '#kernel/fs/pcfs/fat-volume.ts';
import { IsoVolume } from '#kernel/fs/hsfs/iso-volume.ts';
import { writeFat } from '#boot/media/fat-write.ts';
import { EFI_ROOT, type GptDisk, readGpt, writeGpt } from '#boot/media/gpt.ts';
import { writeIso } from '#boot/media/iso-write.ts';
import type { MediaFile } from '#boot/media/media-tree.ts';
import { openMedium } from '#boot/media/medium.ts';
import { sparseBytes } from '#base/byte-source.ts';

const TIME = 1_795_000_000;
const BIOS = { path: 'boot/cdboot', content: sparseOf(new Uint8Array(200).fill(9)) };
const EFI = { path: 'boot/efiboot.img', content: sparseOf(new Uint8Array(4096).fill(8)) };

const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}(?:\.[A-Za-z0-9]{1,6})?$/);
const tree = fc
  .uniqueArray(
    fc.tuple(fc.array(name, { maxLength: 3 }), name, fc.uint8Array({ maxLength: 9000 })),
    {
      maxLength: 12,
      selector: ([folders, file]) => [...folders, file].join('/').toLowerCase(),
    },
  )
  .map((rows): MediaFile[] => {
    const taken = new Map<string, 'file' | 'folder'>();
    return rows.flatMap(([folders, file, bytes]) => {
      // FAT knows no case: two names that differ in it only are one.
      const path = [...folders, file].join('/').toLowerCase();
      const parents = folders.map((_, at) =>
        folders
          .slice(0, at + 1)
          .join('/')
          .toLowerCase(),
      );
      if (taken.has(path) || parents.some((each) => taken.get(each) === 'file')) return [];
      for (const each of parents) taken.set(each, 'folder');
      taken.set(path, 'file');
      return [{ path, content: sparseOf(bytes) }];
    });
  });

function fatOptions(sizeBytes: number): Parameters<typeof writeFat>[1] {
  return { sizeBytes, label: 'TEST', serial: 1, timeSeconds: TIME, hiddenSectors: 0 };
}

function bytesOf(file: MediaFile): Uint8Array {
  const bytes = new Uint8Array(file.content.sizeBytes);
  sourceOf(file.content).read(0, bytes);
  return bytes;
}

describe('FAT', () => {
  test.each([
    [4 * MiB, 12],
    [20 * MiB, 16],
    [40 * MiB, 32],
  ])('any tree in a volume of %d bytes (FAT%d) comes back', (sizeBytes, width) => {
    fc.assert(
      fc.property(tree, (files) => {
        const volume = new FatVolume(sourceOf(writeFat(files, fatOptions(sizeBytes))));
        expect(volume.width).toBe(width);
        expect(volume.label).toBe('TEST');
        for (const file of files) {
          const entry = volume.find(file.path);
          expect(entry).toMatchObject({ isDirectory: false, mtimeSeconds: TIME });
          if (entry !== undefined) expect(volume.read(entry)).toEqual(bytesOf(file));
        }
        expect(volume.list('no/such/folder')).toBeUndefined();
      }),
      { numRuns: 30 },
    );
  });

  test('files that do not fit are refused', () => {
    const content = { sizeBytes: 5 * MiB, extents: [] };
    expect(() => writeFat([{ path: 'a', content }], fatOptions(4 * MiB))).toThrow(/do not fit/);
  });

  test('two files of one name are refused', () => {
    const content = sparseOf(new Uint8Array(1));
    const twice = [
      { path: 'a', content },
      { path: 'a/b', content },
    ];
    expect(() => writeFat(twice, fatOptions(4 * MiB))).toThrow(RangeError);
  });
});

describe('ISO 9660', () => {
  test('any tree comes back, with its boot entries', () => {
    fc.assert(
      fc.property(tree, (files) => {
        const own = files.filter(({ path }) => !path.startsWith('boot'));
        const image = writeIso([BIOS, EFI, ...own], {
          label: 'TEST',
          timeSeconds: TIME,
          biosPath: BIOS.path,
          efiPath: EFI.path,
        });
        const volume = new IsoVolume(sourceOf(image));
        expect(volume).toMatchObject({ label: 'TEST', hasRockRidge: true });
        for (const file of own) {
          const entry = volume.find(file.path);
          expect(entry).toMatchObject({ isDirectory: false, mtimeSeconds: TIME, mode: 0o100444 });
          if (entry !== undefined) expect(volume.read(entry)).toEqual(bytesOf(file));
        }
        expect(volume.bootEntries().map(({ platform }) => platform)).toEqual([0, 0xef]);
      }),
      { numRuns: 30 },
    );
  });
});

const DISK: GptDisk = {
  guid: '01234567-89ab-4def-8123-456789abcdef',
  sectorCount: 4096,
  partitions: [
    {
      index: 2,
      type: EFI_ROOT,
      guid: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee',
      name: 'root',
      firstSector: 64,
      sectorCount: 1000,
    },
  ],
};

describe('GPT', () => {
  const image = sparseBytes(4096 * 512, writeGpt(DISK, new Uint8Array(0)));

  test('what was written is read', () => {
    expect(readGpt(sourceOf(image))).toEqual(DISK);
  });

  test.each([512 + 16, 512 + 72, 1024 + 2 * 128 + 40])('byte %d damaged: the backup', (at) => {
    expect(readGpt(flipped(sourceOf(image), at))).toEqual(DISK);
  });

  test('both headers damaged: the first is named', () => {
    const both = flipped(flipped(sourceOf(image), 520), 4095 * 512 + 20);
    expect(() => readGpt(both)).toThrow(/^GPT header at byte 512: checksum/);
  });
});

/** `source` with a byte turned over. */
function flipped(source: ByteSource, at: number): ByteSource {
  return {
    sizeBytes: source.sizeBytes,
    read(offsetBytes, target) {
      source.read(offsetBytes, target);
      const index = at - offsetBytes;
      if (index >= 0 && index < target.length) target[index] = (target[index] as number) ^ 0xff;
    },
  };
}

describe('damaged media', () => {
  const files: MediaFile[] = [
    BIOS,
    EFI,
    { path: 'platform/a', content: sparseOf(encodeUtf8('a')) },
  ];
  const options = { label: 'T', timeSeconds: TIME, biosPath: BIOS.path, efiPath: EFI.path };
  const disc = writeIso(files, options);
  const stick = writeFat(files, fatOptions(4 * MiB));

  /** Reads all there is: whatever was damaged, it ends, with the files or a MediaError. */
  function readAll(source: ByteSource): void {
    try {
      const { volume } = openMedium(source);
      const walk = (path: string, depth: number): void => {
        if (depth > 8) return;
        for (const { name: child, isDirectory } of volume.list(path) ?? []) {
          if (isDirectory) walk(`${path}/${child}`, depth + 1);
          else volume.readFile(`${path}/${child}`);
        }
      };
      walk('', 0);
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
    }
  }

  test.each([
    ['disc', disc],
    ['stick', stick],
  ])('a flipped byte anywhere in the used part of a %s', (_, image) => {
    const places = image.extents.flatMap(({ offsetBytes, bytes }) =>
      Array.from({ length: Math.min(bytes.length, 2048) }, (_unused, i) => offsetBytes + i),
    );
    fc.assert(
      fc.property(fc.constantFrom(...places), (at) => readAll(flipped(sourceOf(image), at))),
      { numRuns: 400 },
    );
  });

  test('a medium cut anywhere', () => {
    fc.assert(
      fc.property(fc.nat(disc.sizeBytes), (sizeBytes) => {
        const source = sourceOf(disc);
        readAll({ sizeBytes, read: (at, target) => source.read(at, target) });
      }),
      { numRuns: 200 },
    );
  });

  test('no medium at all', () => {
    expect(() => openMedium(sourceOf(sparseOf(encodeUtf8('just text'))))).toThrow(MediaError);
    expect(() => openMedium({ sizeBytes: 0, read: () => {} })).toThrow(MediaError);
    const zeros = {
      sizeBytes: 10 * MiB,
      read: (_at: number, target: Uint8Array) => target.fill(0),
    };
    expect(() => openMedium(zeros as ByteSource)).toThrow(/no signature 55 AA/);
  });
});
