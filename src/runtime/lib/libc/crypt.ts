/**
 * Password hashes of /etc/shadow: SHA-256-crypt (`$5$`), SmartOS's default. Other algorithms are
 * not known and match nothing.
 * @man crypt(3C) crypt_sha256(7)  @spec Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512"
 */
import { concatBytes, encodeUtf8 } from '#base/bytes.ts';
import { sha256 } from '#base/sha256.ts';

const PREFIX = '$5$';
const ROUNDS_DEFAULT = 5000;
const ROUNDS_MIN = 1000;
const ROUNDS_MAX = 999_999_999;
const SALT_MAX = 16;
const DIGEST_BYTES = 32;
const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

interface Setting {
  readonly rounds: number;
  /** `rounds=N$` as it stands in the hash, or nothing. */
  readonly roundsText: string;
  readonly salt: string;
}

/**
 * The hash of `key` with the settings of `setting` (an old hash, or `$5$SALT`); undefined when its
 * algorithm is not known.
 */
export function crypt(key: string, setting: string): string | undefined {
  const parsed = parseSetting(setting);
  if (parsed === undefined) return undefined;
  const digest = hash(encodeUtf8(key), encodeUtf8(parsed.salt), parsed.rounds);
  return `${PREFIX}${parsed.roundsText}${parsed.salt}$${encode(digest)}`;
}

function parseSetting(setting: string): Setting | undefined {
  if (!setting.startsWith(PREFIX)) return undefined;
  let rest = setting.slice(PREFIX.length);
  let rounds = ROUNDS_DEFAULT;
  let roundsText = '';
  const match = /^rounds=(\d+)\$/.exec(rest);
  if (match !== null) {
    rounds = Math.min(ROUNDS_MAX, Math.max(ROUNDS_MIN, Number(match[1])));
    roundsText = `rounds=${rounds}$`;
    rest = rest.slice(match[0].length);
  }
  return { rounds, roundsText, salt: (rest.split('$')[0] ?? '').slice(0, SALT_MAX) };
}

/** `block` again and again, `size` bytes of it. */
function repeat(block: Uint8Array, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += DIGEST_BYTES) {
    bytes.set(block.subarray(0, Math.min(DIGEST_BYTES, size - at)), at);
  }
  return bytes;
}

function hash(key: Uint8Array, salt: Uint8Array, rounds: number): Uint8Array {
  const alternate = sha256(concatBytes([key, salt, key]));
  const parts = [key, salt, repeat(alternate, key.length)];
  for (let bits = key.length; bits > 0; bits >>= 1) {
    parts.push((bits & 1) === 0 ? key : alternate);
  }
  let digest = sha256(concatBytes(parts));
  const keyDigest = sha256(concatBytes(new Array<Uint8Array>(key.length).fill(key)));
  const keyBytes = repeat(keyDigest, key.length);
  const saltCount = 16 + (digest[0] as number);
  const saltDigest = sha256(concatBytes(new Array<Uint8Array>(saltCount).fill(salt)));
  const saltBytes = repeat(saltDigest, salt.length);
  for (let round = 0; round < rounds; round += 1) {
    const isOdd = (round & 1) !== 0;
    const words = [isOdd ? keyBytes : digest];
    if (round % 3 !== 0) words.push(saltBytes);
    if (round % 7 !== 0) words.push(keyBytes);
    words.push(isOdd ? digest : keyBytes);
    digest = sha256(concatBytes(words));
  }
  return digest;
}

/** Three bytes at a time, taken from the three thirds of the digest in turn. */
function encode(digest: Uint8Array): string {
  let text = '';
  for (let i = 0; i < 10; i += 1) {
    const order = [i, i + 10, i + 20];
    // The order of the three rotates by one place each time.
    const places = [0, 1, 2].map((place) => order[(place + 2 * i) % 3] as number);
    const [high = 0, middle = 0, low = 0] = places.map((place) => digest[place] as number);
    text += encodeBits((high << 16) | (middle << 8) | low, 4);
  }
  return text + encodeBits(((digest[31] as number) << 8) | (digest[30] as number), 3);
}

function encodeBits(bits: number, digits: number): string {
  let text = '';
  for (let i = 0; i < digits; i += 1) text += ALPHABET[(bits >> (6 * i)) & 63] as string;
  return text;
}
