import { Linear, type Module, type Tensor, Variable } from '@llm/nn';

/** What adapters need of a layer that multiplies by a matrix, whatever its weight is stored as. */
export interface LinearLike extends Module {
  forward(x: Tensor): Tensor;
}

/** A linear layer's sizes and how its weight lies. */
export interface LinearShape {
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** Whether the weight is [in, out], as GPT-2's, rather than [out, in]. */
  readonly isTransposed: boolean;
}

/**
 * The sizes of a linear layer; undefined for another module. A layer of any class counts that has a weight of two
 * axes and is a `Linear`, or GPT-2's `Conv1D`; or that states `inFeatures` and `outFeatures`, as quantized ones do.
 */
export function linearShape(module: Module): LinearShape | undefined {
  const { inFeatures, outFeatures, weight } = module as Module & {
    readonly inFeatures?: unknown;
    readonly outFeatures?: unknown;
    readonly weight?: unknown;
  };
  if (typeof inFeatures === 'number' && typeof outFeatures === 'number') {
    return { inFeatures, outFeatures, isTransposed: false };
  }
  if (!(weight instanceof Variable) || weight.shape.length !== 2) return undefined;
  const [rows, columns] = weight.shape as readonly [number, number];
  if (module instanceof Linear) {
    return { inFeatures: columns, outFeatures: rows, isTransposed: false };
  }
  if (module.constructor.name === 'Conv1D') {
    return { inFeatures: rows, outFeatures: columns, isTransposed: true };
  }
  return undefined;
}

/**
 * The weight, laid out as the layer has it.
 *
 * @throws TypeError if it is quantized, or the layer has none: then it can neither be merged with nor measured
 */
export function weightOf(module: Module, path: string): Variable {
  const { weight } = module as Module & { readonly weight?: unknown };
  if (weight instanceof Variable && !weight.quantized) return weight;
  throw new TypeError(
    `peft: ${path} (${module.constructor.name}) has no float weight to merge with or to measure; leave it out of target_modules, or load the model unquantized`,
  );
}

/** The bias, where there is one. */
export function biasOf(module: Module): Variable | undefined {
  const { bias } = module as Module & { readonly bias?: unknown };
  return bias instanceof Variable ? bias : undefined;
}
