import { checkChoice, checkOptions, type Variable } from '@llm/tensor';
import type { Module } from '../module/module.ts';
import { type QuantizationScheme, quantizationSchemes } from './schemes.ts';

/** Options of `quantize`. */
export interface QuantizeOptions {
  /**
   * Modules that stay as they are, with all below them: paths such as `model.layers.0`, or the last name of one, such as
   * `lm_head` or `q_proj`. transformers' name for it.
   */
  readonly modules_to_not_convert?: readonly string[];
}

/**
 * Quantizes the weights of a model's `Linear`, `Embedding` and (GPT-2's) `Conv1D` layers and of its output layer, in
 * place: they take a quarter (`q8`) or a fifth (`q4`) of the memory, are read as they are by every product, and are not trained any
 * more. Gradients still flow through them to what lies before. Biases and norms stay as they are, and so do
 * weights that are quantized already.
 *
 * `stateDict` and `save_pretrained` give the numbers that the codes stand for, as f32.
 *
 * @returns names of the weights that were quantized
 * @throws TypeError for an f16 or bf16 weight: quantize a model that was loaded as f32
 * @throws RangeError for a module to leave out that there is not
 */
export async function quantize(
  model: Module,
  scheme: QuantizationScheme,
  options: QuantizeOptions = {},
): Promise<readonly string[]> {
  checkChoice('quantize', 'scheme', scheme, quantizationSchemes);
  checkOptions('quantize', options, ['modules_to_not_convert']);
  // Loaded where they are used, as by from_pretrained.
  const { matricesOf } = await import('./matrices.ts');
  const { quantizeMatrix } = await import('./quantize-rows.ts');
  const isLeftOut = leftOut(model, options.modules_to_not_convert ?? []);
  const chosen = new Map(
    Array.from(matricesOf(model)).filter(
      ([variable, { name }]) => !variable.quantized && !isLeftOut(name),
    ),
  );
  for (const [variable, { name }] of chosen) {
    if (variable.dtype !== 'f32') {
      throw new TypeError(
        `quantize: ${name} is ${variable.dtype}; load the model with { dtype: 'f32' } first`,
      );
    }
  }
  for (const [variable, { transposed }] of chosen) {
    const shape = variable.shape as readonly [number, number];
    variable.quantize(quantizeMatrix(await variable.data(), shape, scheme, transposed));
  }
  return Array.from(chosen.values(), ({ name }) => name);
}

/** Whether a weight belongs to a module that is left out. A tied weight does if any module that holds it does. */
function leftOut(model: Module, modules: readonly string[]): (weight: string) => boolean {
  const names = Array.from(model.namedVariables(), ([name, variable]) => ({ name, variable }));
  const kept = new Set<Variable>();
  for (const module of modules) {
    const inside = names.filter(({ name }) => `.${name}`.includes(`.${module}.`));
    if (inside.length === 0) throw new RangeError(`quantize: there is no module '${module}'`);
    for (const { variable } of inside) kept.add(variable);
  }
  const keptNames = new Set(
    names.filter(({ variable }) => kept.has(variable)).map(({ name }) => name),
  );
  return (weight) => keptNames.has(weight);
}
