import { checkOptions, noGrad, type Tensor, Variable, where, zeros } from '@llm/nn';

/** Options of `ExponentialMovingAverage`. */
export interface EmaOptions {
  /** Share of the old average that is kept at an update. Default 0.999. */
  readonly decay?: number;
}

/**
 * A running average of parameters, which often scores better than the last ones: a ← d a + (1 − d) θ, the first
 * update taking θ itself; as PyTorch's `AveragedModel` with `get_ema_avg_fn`.
 *
 * `update()` after the optimizer's step, inside the compiled function; `swap()` before and after an evaluation.
 */
export class ExponentialMovingAverage {
  readonly #decay: number;
  readonly #updates = new Variable(zeros([]), { trainable: false, name: 'updates of the average' });
  readonly #averages: ReadonlyMap<Variable, Variable>;

  /** @throws RangeError unless 0 ≤ decay ≤ 1. @throws Error without parameters */
  constructor(parameters: Iterable<Variable>, options: EmaOptions = {}) {
    checkOptions('ExponentialMovingAverage', options, ['decay']);
    const { decay = 0.999 } = options;
    if (!(decay >= 0 && decay <= 1)) {
      throw new RangeError(`ExponentialMovingAverage: decay must be in [0, 1]: got ${decay}`);
    }
    this.#decay = decay;
    this.#averages = new Map(
      Array.from(parameters, (parameter) => [
        parameter,
        new Variable(parameter.detach(), { trainable: false, name: `average ${parameter.name}` }),
      ]),
    );
    if (this.#averages.size === 0) {
      throw new Error('ExponentialMovingAverage: got no parameters; pass model.parameters()');
    }
  }

  /** Takes the parameters as they are now into the average. */
  update(): void {
    noGrad(() => {
      const share = where(this.#updates.eq(0), 1, zeros([]).add(1 - this.#decay));
      for (const [parameter, average] of this.#averages) {
        average.assign(average.add(parameter.sub(average).mul(share)));
      }
      this.#updates.assign(this.#updates.add(1));
    });
  }

  /** Exchanges parameters and averages; a second call brings them back. */
  swap(): void {
    for (const [parameter, average] of this.#averages) {
      const value = parameter.detach();
      parameter.assign(average.detach());
      average.assign(value);
    }
  }

  /** State by name: `updates`, and `0` for the first parameter's average. */
  stateDict(): Record<string, Tensor> {
    return Object.fromEntries(
      [...this.#named()].map(([name, variable]) => [name, variable.detach()]),
    );
  }

  /**
   * Takes a state that `stateDict()` gave, of an average of the same parameters.
   *
   * @throws Error naming what is missing or of another shape; then nothing has changed
   */
  loadStateDict(state: Readonly<Record<string, Tensor>>): void {
    const named = [...this.#named()];
    const wrong = named
      .filter(([name, { shape }]) => String(state[name]?.shape) !== String(shape))
      .map(
        ([name, { shape }]) =>
          `${name}: got [${state[name]?.shape ?? 'nothing'}], wants [${shape}]`,
      );
    if (wrong.length > 0 || Object.keys(state).length !== named.length) {
      throw new Error(
        `ExponentialMovingAverage: the state of ${Object.keys(state).length} values does not fit ${named.length}:\n  ${wrong.join('\n  ')}`,
      );
    }
    for (const [name, variable] of named) variable.assign(state[name]!);
  }

  *#named(): Generator<[string, Variable]> {
    yield ['updates', this.#updates];
    let index = 0;
    for (const average of this.#averages.values()) yield [`${index++}`, average];
  }
}
