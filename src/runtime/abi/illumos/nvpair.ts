/**
 * Name-value lists in memory: a Map from name to a value that knows its type, in the order of the
 * list. What kernel and libraries exchange about pools and datasets; the packed form is
 * kernel/fs/zfs/ondisk/nvlist.ts.
 * @man libnvpair(3LIB)  @see uts/common/sys/nvpair.h
 */
export type NvValue =
  | { readonly type: 'boolean' }
  | { readonly type: 'boolean_value'; readonly value: boolean }
  | { readonly type: 'byte' | 'uint8' | 'int16' | 'uint16' | 'int8'; readonly value: number }
  | { readonly type: 'int32' | 'uint32'; readonly value: number }
  | { readonly type: 'int64' | 'uint64' | 'hrtime'; readonly value: bigint }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'nvlist'; readonly value: NvList }
  | { readonly type: 'uint64_array' | 'int64_array'; readonly value: readonly bigint[] }
  | { readonly type: 'uint32_array'; readonly value: readonly number[] }
  | { readonly type: 'byte_array' | 'uint8_array'; readonly value: Uint8Array }
  | { readonly type: 'string_array'; readonly value: readonly string[] }
  | { readonly type: 'nvlist_array'; readonly value: readonly NvList[] };

export type NvList = ReadonlyMap<string, NvValue>;

export const nvBoolean = (): NvValue => ({ type: 'boolean' });
export const nvUint64 = (value: bigint | number): NvValue => ({
  type: 'uint64',
  value: BigInt(value),
});
export const nvString = (value: string): NvValue => ({ type: 'string', value });
export const nvList = (value: NvList): NvValue => ({ type: 'nvlist', value });
export const nvListArray = (value: readonly NvList[]): NvValue => ({ type: 'nvlist_array', value });

/** The u64 called `name`, or undefined when it is missing or of another type. */
export function nvGetUint64(list: NvList, name: string): bigint | undefined {
  const pair = list.get(name);
  return pair?.type === 'uint64' ? pair.value : undefined;
}

export function nvGetNumber(list: NvList, name: string): number | undefined {
  const value = nvGetUint64(list, name);
  return value === undefined || value > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(value);
}

export function nvGetString(list: NvList, name: string): string | undefined {
  const pair = list.get(name);
  return pair?.type === 'string' ? pair.value : undefined;
}

export function nvGetList(list: NvList, name: string): NvList | undefined {
  const pair = list.get(name);
  return pair?.type === 'nvlist' ? pair.value : undefined;
}

export function nvGetListArray(list: NvList, name: string): readonly NvList[] {
  const pair = list.get(name);
  return pair?.type === 'nvlist_array' ? pair.value : [];
}
