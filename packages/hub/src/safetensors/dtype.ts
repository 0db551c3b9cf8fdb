/**
 * The number types a safetensors file may hold, in the order of the Rust crate's `Dtype` enum
 * (safetensors/src/tensor.rs). The order matters: the writer sorts tensors by it, descending.
 */
const BITS = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const;

/** The name of a number type as it stands in a safetensors header, such as `F32` or `BF16`. */
export type SafetensorsDtype = keyof typeof BITS;

/** All 22 type names, in the order by which the reference writer sorts (see {@link serializeSafetensors}). */
export const SAFETENSORS_DTYPES = Object.keys(BITS) as readonly SafetensorsDtype[];

const RANK = new Map<string, number>(SAFETENSORS_DTYPES.map((name, rank) => [name, rank]));

/** True if `name` is one of the 22 type names of the format. */
export function isSafetensorsDtype(name: string): name is SafetensorsDtype {
  return RANK.has(name);
}

/** Bits of one element: 4 and 6 for the packed types, else a multiple of 8. */
export function dtypeBits(dtype: SafetensorsDtype): number {
  return BITS[dtype];
}

/** Position in the reference writer's order of types. */
export function dtypeRank(dtype: SafetensorsDtype): number {
  return RANK.get(dtype)!;
}
