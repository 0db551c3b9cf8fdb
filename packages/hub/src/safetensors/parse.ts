import { JsonNumber, JsonSyntaxError, type ScannedJson, scanJson } from '../json-scanner.ts';
import { dtypeBits, isSafetensorsDtype, type SafetensorsDtype } from './dtype.ts';
import { SafetensorsError } from './error.ts';

/** The format's own limit on the header, in bytes. */
export const MAX_HEADER_BYTES = 100_000_000;
/** The limit unless the caller raises it: about half a million tensors. */
const DEFAULT_MAX_HEADER_BYTES = 25_000_000;
const LENGTH_BYTES = 8;

/** Where one tensor lies in a file, and what it is. */
export interface SafetensorsEntry {
  /** Type of the numbers. */
  dtype: SafetensorsDtype;
  /** Sizes of the axes; empty for a scalar. */
  shape: number[];
  /** First byte, counted from the start of the file. */
  begin: number;
  /** Byte after the last one, counted from the start of the file. */
  end: number;
}

/** A checked header: its tensors tile the rest of the file without gap or overlap. */
export interface SafetensorsHeader {
  /** The free-form strings under `__metadata__`; empty if there are none. */
  metadata: Map<string, string>;
  /** Tensors by name, in the order of their bytes. */
  tensors: Map<string, SafetensorsEntry>;
}

/** One tensor: a view of bytes and how to read them. */
export interface SafetensorsTensor {
  /** Type of the numbers. */
  dtype: SafetensorsDtype;
  /** Sizes of the axes; empty for a scalar. */
  shape: number[];
  /** Little-endian row-major bytes; a view of the file, at any alignment. */
  data: Uint8Array;
}

/** A parsed file. */
export interface SafetensorsFile {
  /** The free-form strings under `__metadata__`; empty if there are none. */
  metadata: Map<string, string>;
  /** Tensors by name, in the order of their bytes. */
  tensors: Map<string, SafetensorsTensor>;
}

/** Options of the safetensors readers. */
export interface ParseSafetensorsOptions {
  /** Longest header that is read, in bytes: 25,000,000 by default, at most 100,000,000. */
  maxHeaderBytes?: number;
}

/**
 * Parses a whole safetensors file. Nothing is copied: `data` are views of `bytes`.
 *
 * @param bytes - The file.
 * @param options - See {@link ParseSafetensorsOptions}.
 * @returns Metadata and tensors.
 * @throws SafetensorsError if any rule of the format is broken, before anything is allocated.
 */
export function parseSafetensors(
  bytes: Uint8Array,
  options: ParseSafetensorsOptions = {},
): SafetensorsFile {
  const header = parseSafetensorsHeader(bytes, bytes.byteLength, options);
  const tensors = new Map<string, SafetensorsTensor>();
  for (const [name, { dtype, shape, begin, end }] of header.tensors) {
    tensors.set(name, { dtype, shape, data: bytes.subarray(begin, end) });
  }
  return { metadata: header.metadata, tensors };
}

/**
 * Reads the length of the header from the first 8 bytes of a file, so that a reader by ranges knows
 * how much to fetch: `8 + length` bytes.
 *
 * @param start - At least the first 8 bytes of the file.
 * @param fileBytes - Size of the whole file.
 * @param options - See {@link ParseSafetensorsOptions}.
 * @returns Bytes of the JSON header.
 * @throws SafetensorsError if the length is beyond the limit or the file.
 */
export function safetensorsHeaderLength(
  start: Uint8Array,
  fileBytes: number,
  options: ParseSafetensorsOptions = {},
): number {
  const { maxHeaderBytes = DEFAULT_MAX_HEADER_BYTES, ...unknown } = options;
  const extra = Object.keys(unknown)[0];
  if (extra !== undefined) throw new Error(`safetensors: unknown option ${JSON.stringify(extra)}`);
  if (!(maxHeaderBytes >= 0 && maxHeaderBytes <= MAX_HEADER_BYTES)) {
    throw new Error(
      `safetensors: maxHeaderBytes: got ${maxHeaderBytes}, wants 0 to ${MAX_HEADER_BYTES}`,
    );
  }
  if (start.byteLength < LENGTH_BYTES || fileBytes < LENGTH_BYTES) {
    throw new SafetensorsError(
      'HeaderTooSmall',
      `a file starts with the 8-byte length of its header, got ${Math.min(start.byteLength, fileBytes)} bytes; is the download complete?`,
    );
  }
  const view = new DataView(start.buffer, start.byteOffset, LENGTH_BYTES);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(maxHeaderBytes)) {
    const fix = length <= BigInt(MAX_HEADER_BYTES) ? '; raise maxHeaderBytes to read it' : '';
    throw new SafetensorsError(
      'HeaderTooLarge',
      `the header claims ${length} bytes, the limit is ${maxHeaderBytes}${fix}`,
    );
  }
  if (LENGTH_BYTES + Number(length) > fileBytes) {
    throw new SafetensorsError(
      'InvalidHeaderLength',
      `the header claims ${length} bytes, the file has ${fileBytes - LENGTH_BYTES} after its length`,
    );
  }
  return Number(length);
}

/**
 * Parses and checks the header of a file of which only the start is at hand.
 *
 * @param start - The file's first `8 + header length` bytes, or more.
 * @param fileBytes - Size of the whole file.
 * @param options - See {@link ParseSafetensorsOptions}.
 * @returns Metadata and the byte range of every tensor.
 * @throws SafetensorsError if any rule of the format is broken.
 */
export function parseSafetensorsHeader(
  start: Uint8Array,
  fileBytes: number,
  options: ParseSafetensorsOptions = {},
): SafetensorsHeader {
  const length = safetensorsHeaderLength(start, fileBytes, options);
  const dataStart = LENGTH_BYTES + length;
  if (dataStart > start.byteLength) {
    throw new SafetensorsError(
      'InvalidHeaderLength',
      `the header ends at byte ${dataStart}, only ${start.byteLength} were given`,
    );
  }
  const root = scanHeader(start.subarray(LENGTH_BYTES, dataStart));
  const metadata = readMetadata(root.get('__metadata__'));
  root.delete('__metadata__');
  const entries = Array.from(root, ([name, value]) => [name, readEntry(name, value)] as const);
  entries.sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  const dataBytes = checkTiling(entries);
  if (dataStart + dataBytes !== fileBytes) {
    throw new SafetensorsError(
      'MetadataIncompleteBuffer',
      `header and tensors take ${dataStart + dataBytes} bytes, the file has ${fileBytes}; it is cut off or has foreign bytes at its end`,
    );
  }
  for (const [, entry] of entries) {
    entry.begin += dataStart;
    entry.end += dataStart;
  }
  return { metadata, tensors: new Map(entries) };
}

function scanHeader(bytes: Uint8Array): Map<string, ScannedJson> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SafetensorsError('InvalidHeader', 'the header is not valid UTF-8');
  }
  let root: ScannedJson;
  try {
    root = scanJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new SafetensorsError(
      error.duplicateKey ? 'DuplicateName' : 'InvalidHeaderDeserialization',
      `the header is not valid JSON: ${error.message} at character ${error.position}`,
    );
  }
  if (root instanceof Map) return root;
  throw new SafetensorsError('InvalidHeaderDeserialization', 'the header is not a JSON object');
}

function readMetadata(value: ScannedJson | undefined): Map<string, string> {
  if (value === undefined || value === null) return new Map();
  if (value instanceof Map) {
    const metadata = new Map<string, string>();
    for (const [key, text] of value) {
      if (typeof text !== 'string') break;
      metadata.set(key, text);
    }
    if (metadata.size === value.size) return metadata;
  }
  throw new SafetensorsError(
    'InvalidHeaderDeserialization',
    '__metadata__ must be an object whose values are strings',
  );
}

function readEntry(name: string, value: ScannedJson): SafetensorsEntry {
  const bad = (what: string) =>
    new SafetensorsError('InvalidHeaderDeserialization', `tensor ${JSON.stringify(name)}: ${what}`);
  if (!(value instanceof Map)) throw bad('its description is not an object');
  const dtype = value.get('dtype');
  if (typeof dtype !== 'string' || !isSafetensorsDtype(dtype)) {
    throw bad(`dtype ${typeof dtype === 'string' ? JSON.stringify(dtype) : 'missing'} is unknown`);
  }
  const shape = readIntegers(value.get('shape'));
  if (shape === undefined) throw bad('shape must be a list of integers from 0 to 2^53 - 1');
  const offsets = readIntegers(value.get('data_offsets'));
  const [begin, end] = offsets ?? [];
  if (begin === undefined || end === undefined || offsets?.length !== 2) {
    throw bad('data_offsets must be two integers from 0 to 2^53 - 1');
  }
  return { dtype, shape, begin, end };
}

/** Only plain digits count as integers: no sign, fraction or exponent, nothing that rounds. */
function readIntegers(value: ScannedJson | undefined): number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const integers: number[] = [];
  for (const item of value) {
    if (!(item instanceof JsonNumber) || !/^\d+$/.test(item.source)) return undefined;
    const integer = Number(item.source);
    if (!Number.isSafeInteger(integer)) return undefined;
    integers.push(integer);
  }
  return integers;
}

/** Every tensor begins where the one before ends, and is as long as its shape says. */
function checkTiling(entries: readonly (readonly [string, SafetensorsEntry])[]): number {
  let expected = 0;
  for (const [name, { dtype, shape, begin, end }] of entries) {
    const label = `tensor ${JSON.stringify(name)}`;
    if (begin !== expected || end < begin) {
      throw new SafetensorsError(
        'InvalidOffset',
        `${label}: data_offsets [${begin}, ${end}] must begin at ${expected}, where the tensor before ends`,
      );
    }
    const bytes = tensorBytes(dtype, shape, label);
    if (bytes !== end - begin) {
      throw new SafetensorsError(
        'TensorInvalidInfo',
        `${label}: ${dtype} [${shape.join(', ')}] takes ${bytes} bytes, data_offsets give ${end - begin}`,
      );
    }
    expected = end;
  }
  return expected;
}

/**
 * Bytes that a tensor takes in a file.
 *
 * @param dtype - Type of the numbers.
 * @param shape - Sizes of the axes.
 * @param label - What to call the tensor in messages.
 * @returns Bytes.
 * @throws SafetensorsError if the number is not exact in a double, or not a whole number of bytes.
 */
export function tensorBytes(
  dtype: SafetensorsDtype,
  shape: readonly number[],
  label: string,
): number {
  // Exact: a product of safe integers that leaves the safe range is caught at that step.
  const bits = [...shape, dtypeBits(dtype)].reduce((product, size) => {
    const next = product * size;
    if (Number.isSafeInteger(next)) return next;
    throw new SafetensorsError(
      'ValidationOverflow',
      `${label}: the size of ${dtype} [${shape.join(', ')}] overflows`,
    );
  }, 1);
  if (bits % 8 !== 0) {
    throw new SafetensorsError(
      'MisalignedSlice',
      `${label}: ${dtype} [${shape.join(', ')}] is ${bits} bits, not a whole number of bytes`,
    );
  }
  return bits / 8;
}
