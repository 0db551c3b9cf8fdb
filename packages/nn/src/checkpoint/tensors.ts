import {
  parseSafetensors,
  type SafetensorsDtype,
  type SafetensorsTensor,
  serializeSafetensors,
} from '@llm/hub';
import { type DType, type Tensor, type TypedArray, tensor } from '@llm/tensor';
import { byteSize, decode, encode } from '@llm/tensor/backend';
import { fileTypes } from './read.ts';

/** Tensors as a safetensors file, with strings stored beside them. */
export async function encodeTensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
): Promise<Uint8Array> {
  const entries: [string, SafetensorsTensor][] = [];
  for (const [name, { shape, dtype, size }, values] of await readAll(tensors)) {
    const [fileType] = Object.entries(fileTypes).find(([, own]) => own === dtype)!;
    const bytes = encode(dtype, values);
    const elementBytes = byteSize(dtype) * size; // without the padding to whole words
    entries.push([
      name,
      {
        dtype: fileType as SafetensorsDtype,
        shape: [...shape],
        data: bytes.subarray(0, elementBytes),
      },
    ]);
  }
  return serializeSafetensors(entries, metadata);
}

/**
 * The tensors and strings of a safetensors file.
 *
 * @throws SafetensorsError if the file is malformed. @throws TypeError for a dtype that tensors cannot have.
 */
export function decodeTensors(file: Uint8Array): {
  tensors: Record<string, Tensor>;
  metadata: ReadonlyMap<string, string>;
} {
  const { tensors, metadata } = parseSafetensors(file);
  const found = Object.create(null) as Record<string, Tensor>;
  for (const [name, { dtype, shape, data }] of tensors) {
    const own = fileTypes[dtype];
    if (!own)
      throw new TypeError(`safetensors: tensor '${name}' is ${dtype}, which is not supported`);
    found[name] = tensor(valuesOf(own, data), shape, { dtype: own });
  }
  return { tensors: found, metadata };
}

async function readAll(
  tensors: Readonly<Record<string, Tensor>>,
): Promise<[string, Tensor, TypedArray][]> {
  return Promise.all(
    Object.entries(tensors).map(
      async ([name, value]): Promise<[string, Tensor, TypedArray]> => [
        name,
        value,
        await value.data(),
      ],
    ),
  );
}

/** Values from bytes at any alignment. */
function valuesOf(dtype: DType, data: Uint8Array): TypedArray {
  const count = data.length / byteSize(dtype);
  const words = new Uint8Array(Math.ceil(data.length / 4) * 4);
  words.set(data);
  return decode(dtype, words, count);
}
