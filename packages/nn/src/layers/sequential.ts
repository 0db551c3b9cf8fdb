import type { Tensor } from '@llm/tensor';
import { Module, type UnaryModule } from '../module/module.ts';

/** Modules applied one after another; their names are their positions: `0.weight`, `2.bias`. */
export class Sequential extends Module {
  readonly #layers: readonly UnaryModule[];

  constructor(...layers: UnaryModule[]) {
    super();
    this.#layers = layers;
  }

  protected override fields(): Iterable<readonly [string, unknown]> {
    return this.#layers.map((layer, i) => [String(i), layer] as const);
  }

  forward(x: Tensor): Tensor {
    return this.#layers.reduce((value, layer) => layer.forward(value), x);
  }
}
