import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeUtf8 } from '#base/bytes.ts';
import { decodeEnvelope, encodeEnvelope } from '#protocol/envelope.ts';

const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 50 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.string().filter((key) => key !== '$bytes'),
      tie('value'),
      { maxKeys: 4 },
    ),
  ),
})).value;

test('what goes into an envelope comes out, bytes as bytes', () => {
  fc.assert(
    fc.property(plain, (message) => {
      expect(decodeEnvelope(encodeEnvelope(message))).toEqual(message);
    }),
  );
});

test('no damaged envelope does more than be refused', () => {
  fc.assert(
    fc.property(plain, fc.nat(), fc.nat(255), (message, where, value) => {
      const envelope = encodeEnvelope({ message, bytes: Uint8Array.of(1, 2, 3) });
      envelope[where % envelope.length] = value;
      try {
        decodeEnvelope(envelope);
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: 'badRequest' });
      }
    }),
  );
});

function envelopeOf(text: string, tail: readonly number[] = []): Uint8Array {
  const json = encodeUtf8(text);
  return Uint8Array.from([json.length, 0, 0, 0, ...json, ...tail]);
}

test.each([
  ['is empty', new Uint8Array(0)],
  ['ends in its header', Uint8Array.of(5, 0)],
  ['claims more text than there is', Uint8Array.of(255, 255, 255, 255, 123)],
  ['is not JSON', envelopeOf('{')],
  ['lacks its bytes', envelopeOf('{"$bytes":9}', [1])],
  ['has bytes left over', envelopeOf('{}', [1])],
  ['has a negative size', envelopeOf('{"$bytes":-1}')],
  ['has a size that is no number', envelopeOf('{"$bytes":"1"}', [1])],
])('refuses an envelope that %s', (_, bytes) => {
  expect(() => decodeEnvelope(bytes)).toThrow(/^Cannot read the message: /);
});

test('a key named __proto__ reaches no prototype', () => {
  const message = decodeEnvelope(envelopeOf('{"__proto__":{"isAdmin":true}}'));
  expect((message as { isAdmin?: boolean }).isAdmin).toBeUndefined();
});

test('console output costs its bytes and a short header', () => {
  const bytes = new Uint8Array(10_000);
  const item = { kind: 'item', id: 12, value: { kind: 'data', offset: 123_456, bytes } };
  expect(encodeEnvelope(item).length).toBeLessThan(10_000 + 100);
});
