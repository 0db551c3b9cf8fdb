import { TokenizerFileError } from '../json/error.ts';

/** A field of a protobuf message; what its value is depends on the wire type. */
export interface ProtobufField {
  /** Number of the field. */
  number: number;
  /** A whole number below 2^53, from a varint; larger ones are cut to 64 bits as floats. */
  integer?: number;
  /** Bytes of a string, a message or packed numbers. */
  bytes?: Uint8Array;
  /** A 32-bit float. */
  float?: number;
}

/**
 * Reads the fields of one protobuf message, in order. A small reader of the wire format: varints,
 * 32 and 64 bits, and bytes; groups, long gone, are refused.
 *
 * @param bytes - The message.
 * @param path - Where it stands, for messages.
 * @throws TokenizerFileError if the message is cut off or malformed.
 */
export function* readProtobuf(bytes: Uint8Array, path: string): Generator<ProtobufField> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const fail = (problem: string): never => {
    throw new TokenizerFileError(`${path}: byte ${at}: ${problem}; the file is damaged`);
  };
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= bytes.length) fail('ends inside a number');
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return fail('a number of more than 64 bits');
  };
  const take = (length: number): number => {
    const start = at;
    if (!(length <= bytes.length - at)) fail(`wants ${length} bytes, has ${bytes.length - at}`);
    at += length;
    return start;
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    if (number === 0 || number >= 2 ** 29) fail(`got the field ${number}, wants 1 to 2^29 - 1`);
    switch (tag % 8) {
      case 0:
        yield { number, integer: varint() };
        break;
      case 1:
        take(8);
        yield { number };
        break;
      case 2: {
        const length = varint();
        const start = take(length);
        yield { number, bytes: bytes.subarray(start, start + length) };
        break;
      }
      case 5:
        yield { number, float: view.getFloat32(take(4), true) };
        break;
      default:
        fail(`got the wire type ${tag % 8}, wants 0, 1, 2 or 5`);
    }
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a field's bytes as text.
 *
 * @param field - The field.
 * @param path - Where it stands, for messages.
 * @throws TokenizerFileError if it is no UTF-8 text.
 */
export function protobufText(field: ProtobufField, path: string): string {
  return attempt(path, () => decoder.decode(protobufBytes(field, path)));
}

/**
 * A field's bytes.
 *
 * @param field - The field.
 * @param path - Where it stands, for messages.
 * @throws TokenizerFileError if it is a number.
 */
export function protobufBytes(field: ProtobufField, path: string): Uint8Array {
  if (field.bytes !== undefined) return field.bytes;
  throw new TokenizerFileError(`${path}: field ${field.number}: got a number, wants bytes`);
}

/**
 * A field's number, as a signed 32-bit integer.
 *
 * @param field - The field.
 * @param path - Where it stands, for messages.
 * @throws TokenizerFileError if it is none.
 */
export function protobufInteger(field: ProtobufField, path: string): number {
  if (field.integer === undefined) {
    throw new TokenizerFileError(`${path}: field ${field.number}: wants a whole number`);
  }
  // Negative numbers are written as 64 bits; their upper half is all ones.
  return field.integer >= 2 ** 63 ? field.integer - 2 ** 64 : field.integer;
}

function attempt(path: string, run: () => string): string {
  try {
    return run();
  } catch (error) {
    throw new TokenizerFileError(`${path}: is no UTF-8 text`, { cause: error });
  }
}
