/**
 * GGUF's tensor types that are read, by their number in `ggml_type` (ggml/include/ggml.h): elements and bytes of
 * one block.
 */
export const GGUF_TYPES = {
  F32: { id: 0, elements: 1, bytes: 4 },
  F16: { id: 1, elements: 1, bytes: 2 },
  Q4_0: { id: 2, elements: 32, bytes: 18 },
  Q4_1: { id: 3, elements: 32, bytes: 20 },
  Q5_0: { id: 6, elements: 32, bytes: 22 },
  Q5_1: { id: 7, elements: 32, bytes: 24 },
  Q8_0: { id: 8, elements: 32, bytes: 34 },
  Q4_K: { id: 12, elements: 256, bytes: 144 },
  Q5_K: { id: 13, elements: 256, bytes: 176 },
  Q6_K: { id: 14, elements: 256, bytes: 210 },
  BF16: { id: 30, elements: 1, bytes: 2 },
} as const;

/** A tensor type of GGUF that is read. */
export type GgufType = keyof typeof GGUF_TYPES;

/** A type whose numbers are stored in blocks that share scales. */
export type GgufBlockType = Exclude<GgufType, 'F32' | 'F16' | 'BF16'>;

/** True for the types whose numbers are stored in blocks that share scales. */
export function isGgufBlockType(name: string): name is GgufBlockType {
  return Object.hasOwn(GGUF_TYPES, name) && GGUF_TYPES[name as GgufType].elements > 1;
}

/** Names of the types that are not read, for messages. */
const OTHER_TYPES: Readonly<Record<number, string>> = {
  4: 'Q4_2',
  5: 'Q4_3',
  9: 'Q8_1',
  10: 'Q2_K',
  11: 'Q3_K',
  15: 'Q8_K',
  16: 'IQ2_XXS',
  17: 'IQ2_XS',
  18: 'IQ3_XXS',
  19: 'IQ1_S',
  20: 'IQ4_NL',
  21: 'IQ3_S',
  22: 'IQ2_S',
  23: 'IQ4_XS',
  24: 'I8',
  25: 'I16',
  26: 'I32',
  27: 'I64',
  28: 'F64',
  29: 'IQ1_M',
  34: 'TQ1_0',
  35: 'TQ2_0',
  39: 'MXFP4',
};

/** The type of a number in a file, or undefined if it is not read. */
export function ggufTypeOf(id: number): GgufType | undefined {
  return (Object.keys(GGUF_TYPES) as GgufType[]).find((name) => GGUF_TYPES[name].id === id);
}

/** What to call a type number in a message. */
export function ggufTypeName(id: number): string {
  return ggufTypeOf(id) ?? OTHER_TYPES[id] ?? `number ${id}`;
}
