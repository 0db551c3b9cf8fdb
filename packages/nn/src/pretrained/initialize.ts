import { type Variable, zeros } from '@llm/tensor';
import { normal } from '../init.ts';
import { Embedding } from '../layers/embedding.ts';
import { Linear } from '../layers/linear.ts';
import type { Module } from '../module/module.ts';
import type { ModelConfig } from './config.ts';
import type { Family } from './family.ts';
import type { PreTrainedModel } from './model.ts';

/**
 * Sets initial weights as transformers does: linear layers and embeddings normal with deviation
 * `initializer_range`, biases 0; norms keep 1 and 0.
 *
 * @param only the variables to set; all by default
 */
export function initialize(
  family: Family,
  model: PreTrainedModel,
  only?: ReadonlySet<Variable>,
): void {
  const set = (
    module: Module,
    name: 'weight' | 'bias',
    value: () => Parameters<Variable['assign']>[0],
  ) => {
    const variable = (module as Partial<Record<'weight' | 'bias', Variable>>)[name];
    if (variable && (!only || only.has(variable))) variable.assign(value());
  };
  model.apply((module) => {
    if (module instanceof Linear || module instanceof Embedding) {
      const { shape } = module.weight;
      set(module, 'weight', () =>
        normal(shape, 0, (model.config as ModelConfig).initializer_range),
      );
      if (module instanceof Linear) set(module, 'bias', () => zeros([shape[0]!]));
    }
  });
  if (!only) family.initialize?.(model, model.config);
}
