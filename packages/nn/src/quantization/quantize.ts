import { checkChoice, type Variable } from '@llm/tensor';
import { Embedding } from '../layers/embedding.ts';
import { Linear } from '../layers/linear.ts';
import type { Module } from '../module/module.ts';
import { type QuantizationScheme, quantizationSchemes, quantizeRows } from './quantize-rows.ts';

/**
 * Quantizes the weights of a model's `Linear` and `Embedding` layers and of its output layer, in place: they take
 * a quarter (`q8`) or a fifth (`q4`) of the memory, are read as they are by every product, and are not trained any
 * more. Gradients still flow through them to what lies before. Biases and norms stay as they are, and so do
 * weights that are quantized already.
 *
 * `stateDict` and `save_pretrained` give the numbers that the codes stand for, as f32.
 *
 * @returns names of the weights that were quantized
 * @throws TypeError for an f16 or bf16 weight: quantize a model that was loaded as f32
 */
export async function quantize(
  model: Module,
  scheme: QuantizationScheme,
): Promise<readonly string[]> {
  checkChoice('quantize', 'scheme', scheme, quantizationSchemes);
  const named = new Map<string, Variable>();
  const known = new Set<Variable>();
  for (const [name, variable] of matricesOf(model)) {
    if (known.has(variable) || variable.quantized) continue;
    if (variable.dtype !== 'f32') {
      throw new TypeError(
        `quantize: ${name} is ${variable.dtype}; load the model with { dtype: 'f32' } first`,
      );
    }
    known.add(variable);
    named.set(name, variable);
  }
  for (const variable of named.values()) {
    const values = await variable.data();
    variable.quantize(quantizeRows(values, variable.shape as readonly [number, number], scheme));
  }
  return [...named.keys()];
}

/** Weights of linear layers and embeddings by name, and output layers that are no module of their own. */
function* matricesOf(model: Module): Generator<readonly [string, Variable]> {
  for (const [path, module] of model.namedModules()) {
    if (module instanceof Linear || module instanceof Embedding) {
      yield [path ? `${path}.weight` : 'weight', module.weight];
    }
  }
  for (const [name, variable] of model.namedVariables()) {
    if (/(^|\.)lm_head\.weight$/.test(name)) yield [name, variable];
  }
}
