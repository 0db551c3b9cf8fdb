import { TokenizerFileError } from '../json/error.ts';

/** A value of a GGUF file's metadata. */
export type GgufValue = number | boolean | string | readonly GgufValue[];

/** More of the file is needed than was given. */
export class GgufNeedsMore extends Error {
  override readonly name = 'GgufNeedsMore';
}

/** Sizes of the numeric types 0 to 12; 8 is a string, 9 a list. */
const SIZES = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];
const STRING = 8;
const LIST = 9;
/** Entries of the metadata, and elements of a list, at most. */
const MOST_ENTRIES = 100_000;
const MOST_ELEMENTS = 8_000_000;

/**
 * Reads the metadata at the start of a GGUF file, little-endian, versions 2 and 3.
 *
 * @param bytes - The start of the file.
 * @param file - Its name, for messages.
 * @param wanted - Whether a key is kept; the others are passed over.
 * @throws TokenizerFileError if it is no GGUF file, or a damaged one.
 * @throws GgufNeedsMore if the metadata goes on behind `bytes`.
 */
export function readGgufMetadata(
  bytes: Uint8Array,
  file: string,
  wanted: (key: string) => boolean,
): Map<string, GgufValue> {
  const reader = new GgufReader(bytes, file);
  const magic = reader.number(4);
  const version = reader.number(4);
  if (magic !== 0x46554747 || (version !== 2 && version !== 3)) {
    reader.fail(`version ${version} of a file that is not GGUF, or not version 2 or 3`);
  }
  reader.number(10); // tensors
  const entries = reader.count(MOST_ENTRIES, 'entries');
  const metadata = new Map<string, GgufValue>();
  for (let entry = 0; entry < entries; entry++) {
    const key = reader.text();
    const type = reader.number(4);
    if (wanted(key)) metadata.set(key, reader.value(type, 0));
    else reader.skip(type, 0);
  }
  return metadata;
}

class GgufReader {
  private readonly view: DataView;
  private readonly bytes: Uint8Array;
  private readonly file: string;
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  private at = 0;

  constructor(bytes: Uint8Array, file: string) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.file = file;
  }

  fail(problem: string): never {
    throw new TokenizerFileError(`${this.file}: byte ${this.at}: ${problem}`);
  }

  /** A number of one of the numeric types. */
  number(type: number): number {
    const at = this.take(SIZES[type]!);
    const { view } = this;
    switch (type) {
      case 0:
      case 7:
        return view.getUint8(at);
      case 1:
        return view.getInt8(at);
      case 2:
        return view.getUint16(at, true);
      case 3:
        return view.getInt16(at, true);
      case 4:
        return view.getUint32(at, true);
      case 5:
        return view.getInt32(at, true);
      case 6:
        return view.getFloat32(at, true);
      case 10:
        return Number(view.getBigUint64(at, true));
      case 11:
        return Number(view.getBigInt64(at, true));
      default:
        return view.getFloat64(at, true);
    }
  }

  /** A 64-bit count. */
  count(most: number, what: string): number {
    const count = this.number(10);
    return count <= most ? count : this.fail(`${count} ${what}; wants at most ${most}`);
  }

  text(): string {
    const length = this.count(this.mostBytes, 'bytes of text');
    const start = this.take(length);
    return this.decoder.decode(this.bytes.subarray(start, start + length));
  }

  value(type: number, depth: number): GgufValue {
    this.check(type, depth);
    if (type === STRING) return this.text();
    if (type !== LIST) return type === 7 ? this.number(7) !== 0 : this.number(type);
    const inner = this.number(4);
    const count = this.count(MOST_ELEMENTS, 'elements');
    const list: GgufValue[] = [];
    for (let i = 0; i < count; i++) list.push(this.value(inner, depth + 1));
    return list;
  }

  skip(type: number, depth: number): void {
    this.check(type, depth);
    if (type === STRING) this.take(this.count(this.mostBytes, 'bytes of text'));
    else if (type !== LIST) this.take(SIZES[type]!);
    else {
      const inner = this.number(4);
      const count = this.count(MOST_ELEMENTS, 'elements');
      this.check(inner, depth + 1);
      if (inner !== STRING && inner !== LIST) this.take(SIZES[inner]! * count);
      else for (let i = 0; i < count; i++) this.skip(inner, depth + 1);
    }
  }

  /** A text longer than this does not stand in metadata. */
  private readonly mostBytes = 2 ** 26;

  private check(type: number, depth: number): void {
    if (type >= SIZES.length) this.fail(`got the type ${type}, wants 0 to ${SIZES.length - 1}`);
    if (depth > 4) this.fail('lists nested deeper than 4');
  }

  private take(length: number): number {
    const start = this.at;
    if (start + length > this.bytes.length) {
      throw new GgufNeedsMore(`${this.file}: ends inside its metadata; the file is damaged`);
    }
    this.at += length;
    return start;
  }
}
