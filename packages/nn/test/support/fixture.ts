import { readFileSync } from 'node:fs';
import { parseSafetensors } from '@llm/hub';
import { type DType, type Tensor, tensor } from '@llm/tensor';
import { decode } from '@llm/tensor/backend';

/** Tensors of one case by name, per kind of the generating script. */
export interface Case {
  readonly parameter: Record<string, Tensor>;
  readonly input: Record<string, Tensor>;
  readonly output: Record<string, Tensor>;
  readonly upstream: Record<string, Tensor>;
  readonly gradient: Record<string, Tensor>;
  readonly inputGradient: Record<string, Tensor>;
}

/** The cases of `test/fixtures/<name>.safetensors` (made by tools/reference/nn_transformer.py). */
export function readCases(name: string): Record<string, Case> {
  const bytes = readFileSync(new URL(`../fixtures/${name}.safetensors`, import.meta.url));
  const cases: Record<string, Case> = {};
  for (const [path, { dtype, shape, data }] of parseSafetensors(bytes).tensors) {
    const [title, kind, key] = path.split('/') as [string, keyof Case, string];
    cases[title] ??= {
      parameter: {},
      input: {},
      output: {},
      upstream: {},
      gradient: {},
      inputGradient: {},
    };
    const type = dtype.toLowerCase() as DType;
    const size = shape.reduce((product, length) => product * length, 1);
    cases[title][kind][key] = tensor(decode(type, new Uint8Array(data), size), shape, {
      dtype: type,
    });
  }
  return cases;
}
