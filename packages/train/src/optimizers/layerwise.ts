import { checkOptions, type Module } from '@llm/nn';
import { keptFromDecay, type ParameterGroupInput } from './groups.ts';

/** Options of `layerwiseGroups`. */
export interface LayerwiseOptions {
  /** Learning rate of the head and the last layer's neighbour above it. */
  readonly lr: number;
  /** Each layer learns this many times as fast as the one above it, in (0, 1]. */
  readonly decay: number;
  /** Weight decay of all but biases and norms. Default 0. */
  readonly weight_decay?: number;
  /**
   * Number of a parameter's layer by its name: 0 for embeddings, undefined for what is above all layers. Default: the
   * first number in the name plus 1 (`encoder.layer.3.…` is 4); 0 for names with `embed`, `wte` or `wpe`.
   */
  readonly layerOf?: (name: string) => number | undefined;
}

/**
 * Groups whose learning rates fall from the head down to the embeddings (Howard and Ruder, 2018; ELECTRA and BEiT):
 * lr · decay^(layers + 1 − layer), the head with `lr` itself. Frozen parameters are in none.
 *
 * @throws RangeError unless 0 < decay ≤ 1
 */
export function layerwiseGroups(model: Module, options: LayerwiseOptions): ParameterGroupInput[] {
  checkOptions('layerwiseGroups', options, ['lr', 'decay', 'weight_decay', 'layerOf']);
  const { lr, decay, weight_decay = 0, layerOf = layerByName } = options;
  if (!(decay > 0 && decay <= 1)) {
    throw new RangeError(`layerwiseGroups: decay must be in (0, 1]: got ${decay}`);
  }
  const kept = keptFromDecay(model);
  const members = [...model.namedParameters()]
    .filter(([, { trainable }]) => trainable)
    .map(([name, parameter]) => ({ parameter, layer: layerOf(name) }));
  const top = 1 + Math.max(0, ...members.map(({ layer }) => layer ?? 0));
  const layers = [...new Set(members.map(({ layer }) => layer ?? top))].sort((a, b) => a - b);
  return layers.flatMap((layer) => {
    const here = members
      .filter((member) => (member.layer ?? top) === layer)
      .map(({ parameter }) => parameter);
    const rate = lr * decay ** (top - layer);
    return [
      { parameters: here.filter((p) => !kept.has(p)), lr: rate, weight_decay },
      { parameters: here.filter((p) => kept.has(p)), lr: rate, weight_decay: 0 },
    ].filter(({ parameters }) => parameters.length > 0);
  });
}

function layerByName(name: string): number | undefined {
  const number = /(?:^|\.)(\d+)\./.exec(name)?.[1];
  if (number !== undefined) return Number(number) + 1;
  return /embed|\bwte\b|\bwpe\b/.test(name) ? 0 : undefined;
}
