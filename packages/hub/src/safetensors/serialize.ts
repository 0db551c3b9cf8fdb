import { dtypeRank, isSafetensorsDtype } from './dtype.ts';
import { SafetensorsError } from './error.ts';
import { MAX_HEADER_BYTES, type SafetensorsTensor, tensorBytes } from './parse.ts';

/** What {@link serializeSafetensors} takes for one tensor. */
export type SafetensorsInput = Readonly<
  Omit<SafetensorsTensor, 'shape'> & { shape: readonly number[] }
>;

/**
 * Writes tensors as one safetensors file, byte for byte as the Rust and Python writers do: tensors
 * sorted by type (the enum's order, descending) and then name, the header padded with spaces to a
 * multiple of 8. (The Rust writer puts several metadata keys in random order; here it is theirs.)
 *
 * @param tensors - Tensors by name.
 * @param metadata - Strings stored under `__metadata__`, such as `{ format: 'pt' }`.
 * @returns The bytes of the file.
 * @throws SafetensorsError if a tensor's bytes do not fit its shape, or a name is no valid Unicode.
 */
export function serializeSafetensors(
  tensors:
    | Iterable<readonly [string, SafetensorsInput]>
    | Readonly<Record<string, SafetensorsInput>>,
  metadata?: ReadonlyMap<string, string> | Readonly<Record<string, string>>,
): Uint8Array {
  const sorted = sortTensors(Symbol.iterator in tensors ? [...tensors] : Object.entries(tensors));
  const parts: string[] = [];
  if (metadata !== undefined) {
    const pairs = metadata instanceof Map ? [...metadata] : Object.entries(metadata);
    const members = pairs.map(([key, text]) => `${quote(key)}:${quote(text)}`);
    parts.push(`"__metadata__":{${members.join(',')}}`);
  }
  let offset = 0;
  for (const [name, { dtype, shape, data }] of sorted) {
    const end = offset + data.byteLength;
    parts.push(
      `${quote(name)}:{"dtype":"${dtype}","shape":[${shape.join(',')}],"data_offsets":[${offset},${end}]}`,
    );
    offset = end;
  }
  const header = new TextEncoder().encode(`{${parts.join(',')}}`);
  const headerBytes = Math.ceil(header.byteLength / 8) * 8;
  if (headerBytes > MAX_HEADER_BYTES) {
    throw new SafetensorsError(
      'HeaderTooLarge',
      `the header would take ${headerBytes} bytes, readers accept ${MAX_HEADER_BYTES}; shorten the metadata`,
    );
  }
  const file = new Uint8Array(8 + headerBytes + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.set(header, 8);
  file.fill(0x20, 8 + header.byteLength, 8 + headerBytes);
  let position = 8 + headerBytes;
  for (const [, { data }] of sorted) {
    file.set(data, position);
    position += data.byteLength;
  }
  return file;
}

function sortTensors(entries: (readonly [string, SafetensorsInput])[]) {
  const names = new Set<string>();
  for (const [name, { dtype, shape, data }] of entries) {
    const label = `tensor ${JSON.stringify(name)}`;
    const bad = (what: string) => new SafetensorsError('InvalidTensorView', `${label}: ${what}`);
    if (name === '__metadata__') throw bad('the name is reserved; rename the tensor');
    if (names.has(name)) throw new SafetensorsError('DuplicateName', `${label}: given twice`);
    names.add(name);
    if (!isSafetensorsDtype(dtype)) throw bad(`dtype ${JSON.stringify(dtype)} is unknown`);
    if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
      throw bad(`shape [${shape.join(', ')}] must hold integers that are not negative`);
    }
    const bytes = tensorBytes(dtype, shape, label);
    if (bytes !== data.byteLength) {
      throw bad(`${dtype} [${shape.join(', ')}] takes ${bytes} bytes, data has ${data.byteLength}`);
    }
  }
  return entries.sort(
    ([nameA, a], [nameB, b]) =>
      dtypeRank(b.dtype) - dtypeRank(a.dtype) || compareCodePoints(nameA, nameB),
  );
}

/** Rust compares UTF-8 bytes, that is code points; JavaScript's `<` compares UTF-16 units. */
function compareCodePoints(a: string, b: string): number {
  let index = 0;
  while (index < a.length && a.charCodeAt(index) === b.charCodeAt(index)) index++;
  if (index === a.length || index === b.length) return a.length - b.length;
  // Two characters that share their first half differ in the second; step back to the first.
  if (index > 0 && isLowSurrogate(a, index) && isLowSurrogate(b, index)) index--;
  return a.codePointAt(index)! - b.codePointAt(index)!;
}

function isLowSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

function quote(text: string): string {
  const quoted = JSON.stringify(text);
  // JSON.stringify escapes half characters, which no UTF-8 reader can read back.
  if (/\\ud[89a-f]/i.test(quoted) && /\p{Surrogate}/u.test(text)) {
    throw new SafetensorsError('InvalidTensorView', `${quoted} is not valid Unicode; rename it`);
  }
  return quoted;
}
