import type { Variable } from '@llm/tensor';
import { Embedding } from '../layers/embedding.ts';
import { Linear } from '../layers/linear.ts';
import { Conv1D } from '../models/blocks/small-layers.ts';
import type { Module } from '../module/module.ts';

/** A weight that can be quantized. */
export interface QuantizableWeight {
  /** Its (first) name in the model. */
  readonly name: string;
  /** Whether it is [in, out], so that its columns are quantized. */
  readonly transposed: boolean;
}

/** Weights of linear layers and embeddings, and output layers that are no module of their own. */
export function matricesOf(model: Module): ReadonlyMap<Variable, QuantizableWeight> {
  const found = new Map<Variable, QuantizableWeight>();
  const note = (name: string, variable: Variable, transposed: boolean) => {
    if (!found.has(variable)) found.set(variable, { name, transposed });
  };
  for (const [path, module] of model.namedModules()) {
    const name = path ? `${path}.weight` : 'weight';
    if (module instanceof Linear || module instanceof Embedding) note(name, module.weight, false);
    else if (module instanceof Conv1D) note(name, module.weight, true);
  }
  for (const [name, variable] of model.namedVariables()) {
    if (/(^|\.)lm_head\.weight$/.test(name)) note(name, variable, false);
  }
  return found;
}
