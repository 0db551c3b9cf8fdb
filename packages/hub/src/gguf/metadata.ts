import type { MetadataValue } from '../checkpoint/types.ts';
import type { GgufCursor } from './cursor.ts';

/** A type of number: its width, how one is read, and the array that holds many. */
interface NumberType {
  readonly width: number;
  get(view: DataView, position: number): number | bigint;
  array(buffer: ArrayBuffer): MetadataValue;
}

/** Types of numbers by `gguf_metadata_value_type` (ggml/include/gguf.h). */
const NUMBERS: Readonly<Record<number, NumberType>> = {
  0: { width: 1, get: (view, at) => view.getUint8(at), array: (buffer) => new Uint8Array(buffer) },
  1: { width: 1, get: (view, at) => view.getInt8(at), array: (buffer) => new Int8Array(buffer) },
  2: {
    width: 2,
    get: (view, at) => view.getUint16(at, true),
    array: (buffer) => new Uint16Array(buffer),
  },
  3: {
    width: 2,
    get: (view, at) => view.getInt16(at, true),
    array: (buffer) => new Int16Array(buffer),
  },
  4: {
    width: 4,
    get: (view, at) => view.getUint32(at, true),
    array: (buffer) => new Uint32Array(buffer),
  },
  5: {
    width: 4,
    get: (view, at) => view.getInt32(at, true),
    array: (buffer) => new Int32Array(buffer),
  },
  6: {
    width: 4,
    get: (view, at) => view.getFloat32(at, true),
    array: (buffer) => new Float32Array(buffer),
  },
  10: {
    width: 8,
    get: (view, at) => view.getBigUint64(at, true),
    array: (buffer) => new BigUint64Array(buffer),
  },
  11: {
    width: 8,
    get: (view, at) => view.getBigInt64(at, true),
    array: (buffer) => new BigInt64Array(buffer),
  },
  12: {
    width: 8,
    get: (view, at) => view.getFloat64(at, true),
    array: (buffer) => new Float64Array(buffer),
  },
};
const BOOL = 7;
const STRING = 8;
const ARRAY = 9;
/** Bytes that the shortest item of an array takes: a string its length, an array its type and length. */
const SHORTEST: Readonly<Record<number, number>> = { [BOOL]: 1, [STRING]: 8, [ARRAY]: 12 };
/** Arrays of arrays are in the format; nobody nests deeper. */
const MAX_DEPTH = 4;

/**
 * Reads a typed value.
 *
 * @param cursor - Where it begins. @param key - Its key, for messages.
 * @returns 64-bit integers as numbers where those are exact, else as bigints.
 */
export function readMetadataValue(cursor: GgufCursor, key: string): MetadataValue {
  return readValue(cursor, cursor.u32(), `the value of ${JSON.stringify(key)}`, 0);
}

function readValue(cursor: GgufCursor, type: number, what: string, depth: number): MetadataValue {
  if (type === STRING) return cursor.string(what);
  if (type === BOOL) return readBool(cursor, what);
  if (type === ARRAY) return readArray(cursor, what, depth);
  const { width, get } = numberType(cursor, type, what);
  const value = cursor.read(width, get);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function readBool(cursor: GgufCursor, what: string): boolean {
  const byte = cursor.read(1, (view, at) => view.getUint8(at));
  if (byte > 1) throw cursor.fail(`${what} is ${byte}, wants 0 or 1 for a bool`);
  return byte === 1;
}

function numberType(cursor: GgufCursor, type: number, what: string): NumberType {
  const found = NUMBERS[type];
  if (found) return found;
  throw cursor.fail(`${what} has the unknown type ${type}; types are 0 to 12`);
}

function readArray(cursor: GgufCursor, what: string, depth: number): MetadataValue {
  if (depth === MAX_DEPTH) throw cursor.fail(`${what} nests arrays deeper than ${MAX_DEPTH}`);
  const type = cursor.u32();
  const length = cursor.size(`the length of ${what}`);
  const shortest = SHORTEST[type];
  if (shortest === undefined) {
    const { width, array } = numberType(cursor, type, what);
    return array(cursor.copy(length, width));
  }
  const begin = cursor.position;
  cursor.take(length, shortest); // they may still be too long for the file, but are at least possible
  cursor.position = begin;
  const values: MetadataValue[] = [];
  for (let i = 0; i < length; i++) values.push(readValue(cursor, type, what, depth + 1));
  return values;
}
