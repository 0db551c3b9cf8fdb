/**
 * The GPT that every side of the benchmark defines in the same way. It is nanoGPT's (`model.py` of
 * karpathy/nanoGPT with `bias=False`): learned positions, pre-norm blocks, LayerNorm with weight and no
 * bias, one fused query/key/value projection, exact GELU (erf), no linear has a bias, the head is tied to the
 * token embedding, no dropout. Weight names are nanoGPT's.
 *
 * @module
 */

/** Sizes of a GPT. */
export interface GptConfig {
  readonly layers: number;
  readonly heads: number;
  /** Width of the residual stream. */
  readonly width: number;
  /** Tokens of a sequence. */
  readonly context: number;
  readonly batch: number;
  readonly vocabulary: number;
}

/** A training step's numbers: AdamW as nanoGPT sets it, decay on matrices only. */
export interface OptimizerConfig {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Largest norm of all gradients together; `scale = min(1, clip / (norm + 1e-6))`. */
  readonly clip: number;
}

/** nanoGPT's settings for a small character model. */
export const optimizer: OptimizerConfig = {
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0.1,
  clip: 1,
};

/** 10.7M parameters, nanoGPT's `train_shakespeare_char.py` at a smaller batch. */
export const large: GptConfig = {
  layers: 6,
  heads: 6,
  width: 384,
  context: 256,
  batch: 4,
  vocabulary: 65,
};

/** 0.8M parameters, nanoGPT's recipe for a laptop's CPU. */
export const small: GptConfig = {
  layers: 4,
  heads: 4,
  width: 128,
  context: 64,
  batch: 12,
  vocabulary: 65,
};

/** Epsilon of every LayerNorm. */
export const LAYER_NORM_EPSILON = 1e-5;

/** Name and shape of every weight, in the order nanoGPT defines them. */
export function weightShapes(config: GptConfig): Map<string, number[]> {
  const { width } = config;
  const shapes = new Map<string, number[]>();
  shapes.set('transformer.wte.weight', [config.vocabulary, width]);
  shapes.set('transformer.wpe.weight', [config.context, width]);
  for (let layer = 0; layer < config.layers; layer += 1) {
    const block = `transformer.h.${layer}`;
    shapes.set(`${block}.ln_1.weight`, [width]);
    shapes.set(`${block}.attn.c_attn.weight`, [3 * width, width]);
    shapes.set(`${block}.attn.c_proj.weight`, [width, width]);
    shapes.set(`${block}.ln_2.weight`, [width]);
    shapes.set(`${block}.mlp.c_fc.weight`, [4 * width, width]);
    shapes.set(`${block}.mlp.c_proj.weight`, [width, 4 * width]);
  }
  shapes.set('transformer.ln_f.weight', [width]);
  return shapes;
}
