/**
 * The state of a receive that may be resumed, kept with the dataset that is received into, and the
 * token that tells a sender where to go on.
 * @see uts/common/fs/zfs/dsl_dataset.c get_receive_resume_token_impl(), sys/dsl_dataset.h
 */
import { decodeUtf8, toHex } from '#base/bytes.ts';
import type { Codecs } from '#runtime/host.ts';
import { type NvList, nvBoolean, nvString, nvUint64, type NvValue } from '../ondisk/nvlist.ts';
import { nvlistPackNative } from '../ondisk/nvlist-native.ts';
import { firstInteger, zapString, zapU64 } from '../zap/zap-value.ts';
import type { Fletcher } from '../zio/fletcher.ts';
import type { DslDataset } from './dsl-dataset.ts';
import { extensionField, removeExtensionField, setExtensionField } from './dsl-extension.ts';

const FIELD = {
  fromGuid: 'com.delphix:resume_fromguid',
  toName: 'com.delphix:resume_toname',
  toGuid: 'com.delphix:resume_toguid',
  object: 'com.delphix:resume_object',
  offset: 'com.delphix:resume_offset',
  bytes: 'com.delphix:resume_bytes',
  largeBlock: 'com.delphix:resume_largeblock',
  embedOk: 'com.delphix:resume_embedok',
  compressOk: 'com.delphix:resume_compressok',
} as const;

export interface ResumeState {
  /** 0 for a full stream. */
  readonly fromGuid: bigint;
  readonly toGuid: bigint;
  readonly toName: string;
  /** Where the last block that is on disk goes. */
  readonly object: number;
  readonly offset: number;
  /** Bytes of the stream that are done with. */
  readonly bytes: number;
  readonly isLargeBlockOk: boolean;
  readonly isEmbedOk: boolean;
  readonly isCompressOk: boolean;
}

/** Begins or overwrites the state. */
export function storeResumeState(dataset: DslDataset, state: ResumeState): void {
  const set = (field: string, value: number | bigint): void =>
    setExtensionField(dataset, field, zapU64(value));
  if (state.fromGuid !== 0n) set(FIELD.fromGuid, state.fromGuid);
  set(FIELD.toGuid, state.toGuid);
  setExtensionField(dataset, FIELD.toName, zapString(state.toName));
  storeResumePoint(dataset, state.object, state.offset, state.bytes);
  if (state.isLargeBlockOk) set(FIELD.largeBlock, 1);
  if (state.isEmbedOk) set(FIELD.embedOk, 1);
  if (state.isCompressOk) set(FIELD.compressOk, 1);
}

export function storeResumePoint(
  dataset: DslDataset,
  object: number,
  offset: number,
  bytes: number,
): void {
  setExtensionField(dataset, FIELD.object, zapU64(object));
  setExtensionField(dataset, FIELD.offset, zapU64(offset));
  setExtensionField(dataset, FIELD.bytes, zapU64(bytes));
}

export function clearResumeState(dataset: DslDataset): void {
  for (const field of Object.values(FIELD)) removeExtensionField(dataset, field);
}

/** The state of `dataset`, or undefined when nothing of it can be resumed. */
export function resumeStateOf(dataset: DslDataset): ResumeState | undefined {
  const field = (name: string): bigint | undefined => {
    const value = extensionField(dataset, name);
    return value === undefined ? undefined : firstInteger(value);
  };
  const toGuid = field(FIELD.toGuid);
  if (toGuid === undefined) return undefined;
  const toName = extensionField(dataset, FIELD.toName)?.bytes ?? new Uint8Array(0);
  return {
    fromGuid: field(FIELD.fromGuid) ?? 0n,
    toGuid,
    toName: decodeUtf8(toName.subarray(0, Math.max(0, toName.length - 1))),
    object: Number(field(FIELD.object) ?? 1n),
    offset: Number(field(FIELD.offset) ?? 0n),
    bytes: Number(field(FIELD.bytes) ?? 0n),
    isLargeBlockOk: field(FIELD.largeBlock) !== undefined,
    isEmbedOk: field(FIELD.embedOk) !== undefined,
    isCompressOk: field(FIELD.compressOk) !== undefined,
  };
}

/** `receive_resume_token`: version, checksum, size, and the packed and compressed state in hex. */
export function resumeToken(state: ResumeState, fletcher: Fletcher, codecs: Codecs): string {
  const list: [string, NvValue][] = [];
  if (state.fromGuid !== 0n) list.push(['fromguid', nvUint64(state.fromGuid)]);
  list.push(['object', nvUint64(state.object)], ['offset', nvUint64(state.offset)]);
  list.push(['bytes', nvUint64(state.bytes)], ['toguid', nvUint64(state.toGuid)]);
  list.push(['toname', nvString(state.toName)]);
  if (state.isLargeBlockOk) list.push(['largeblockok', nvBoolean()]);
  if (state.isEmbedOk) list.push(['embedok', nvBoolean()]);
  if (state.isCompressOk) list.push(['compressok', nvBoolean()]);
  const nvlist: NvList = new Map(list);
  const packed = nvlistPackNative(nvlist);
  const compressed = codecs.deflate(packed, 6);
  // The checksum goes over whole words; what is left over at the end does not count.
  const whole = compressed.subarray(0, compressed.length - (compressed.length % 4));
  const sum = fletcher.fletcher4(whole);
  const word = ((BigInt(sum[1] ?? 0) << 32n) | BigInt(sum[0] ?? 0)).toString(16);
  return `1-${word}-${packed.length.toString(16)}-${toHex(compressed)}`;
}
