import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '#base/sha256.ts';
import { crypt } from '#lib/libc/crypt.ts';

test('SHA-256 as another implementation has it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const other = createHash('sha256').update(bytes).digest();
      expect(Buffer.compare(sha256(bytes), other)).toBe(0);
    }),
  );
});

/** Made with glibc's crypt(3); the last is the root password that SmartOS media carry. */
test.each([
  ['Hello world!', '$5$saltstring', '$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5'],
  [
    'This is just a test',
    '$5$rounds=5000$toolongsaltstring',
    '$5$rounds=5000$toolongsaltstrin$Un/5jzAHMgOGZ5.mWJpuVolil07guHPvOW8mGRcvxa5',
  ],
  [
    'a much longer key than one block of SHA-256 holds, so that it is hashed in pieces',
    '$5$rounds=1400$anotherlongsaltstring',
    '$5$rounds=1400$anotherlongsalts$.UnM4gGmDfONBzJGe1ZjpYRDa9n5UY.BRS/0t.G1801',
  ],
  ['', '$5$x$', '$5$x$yHbtfs4Y8t6X1xcJemNX.4JQRfUTafA2qQenWGLBee2'],
  ['pässwörd', '$5$2HOHRnK3$', '$5$2HOHRnK3$NBI6SHW9uDq99TcGRIqzT4o431G0lvI0Mg0DV0.Kul3'],
  ['root', '$5$2HOHRnK3$', '$5$2HOHRnK3$NvLlm.1KQBbB0WjoP7xcIwGnllhzp2HnT.mDO7DpxYA'],
])('crypt of "%s"', (key, setting, expected) => {
  expect(crypt(key, setting)).toBe(expected);
});

test('an unknown algorithm matches nothing', () => {
  expect(crypt('root', '$6$salt$')).toBeUndefined();
  expect(crypt('root', 'NP')).toBeUndefined();
  expect(crypt('root', '')).toBeUndefined();
});
