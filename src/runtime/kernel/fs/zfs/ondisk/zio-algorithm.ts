/**
 * The numbers that block pointers use for checksum and compression algorithms, and what each is.
 * @see sys/zio.h enum zio_checksum, enum zio_compress
 */
export const ZIO_CHECKSUM_INHERIT = 0;
export const ZIO_CHECKSUM_ON = 1;
export const ZIO_CHECKSUM_OFF = 2;
export const ZIO_CHECKSUM_LABEL = 3;
export const ZIO_CHECKSUM_GANG_HEADER = 4;
export const ZIO_CHECKSUM_ZILOG = 5;
export const ZIO_CHECKSUM_FLETCHER_2 = 6;
export const ZIO_CHECKSUM_FLETCHER_4 = 7;
export const ZIO_CHECKSUM_SHA256 = 8;
export const ZIO_CHECKSUM_ZILOG2 = 9;
export const ZIO_CHECKSUM_NOPARITY = 10;
export const ZIO_CHECKSUM_SHA512 = 11;
export const ZIO_CHECKSUM_SKEIN = 12;
export const ZIO_CHECKSUM_EDONR = 13;
export const ZIO_CHECKSUM_BLAKE3 = 14;

/** Names as the `checksum` property and zdb show them. */
export const CHECKSUM_NAMES: readonly string[] = [
  'inherit',
  'on',
  'off',
  'label',
  'gang_header',
  'zilog',
  'fletcher2',
  'fletcher4',
  'sha256',
  'zilog2',
  'noparity',
  'sha512',
  'skein',
  'edonr',
  'blake3',
];

export const ZIO_COMPRESS_INHERIT = 0;
export const ZIO_COMPRESS_ON = 1;
export const ZIO_COMPRESS_OFF = 2;
export const ZIO_COMPRESS_LZJB = 3;
export const ZIO_COMPRESS_EMPTY = 4;
export const ZIO_COMPRESS_GZIP_1 = 5;
export const ZIO_COMPRESS_GZIP_9 = 13;
export const ZIO_COMPRESS_ZLE = 14;
export const ZIO_COMPRESS_LZ4 = 15;
export const ZIO_COMPRESS_ZSTD = 16;

/** Names as the `compression` property and zdb show them. */
export const COMPRESS_NAMES: readonly string[] = [
  'inherit',
  'on',
  'uncompressed',
  'lzjb',
  'empty',
  'gzip-1',
  'gzip-2',
  'gzip-3',
  'gzip-4',
  'gzip-5',
  'gzip-6',
  'gzip-7',
  'gzip-8',
  'gzip-9',
  'zle',
  'lz4',
  'zstd',
];
