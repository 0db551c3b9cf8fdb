/**
 * What recurrent layers share: stacks, two directions, sequences of several lengths, and PyTorch's names
 * `weight_ih_l0`, `bias_hh_l1_reverse`, ….
 *
 * @module
 */
import {
  arange,
  checkOptions,
  concat,
  dropout,
  linear,
  scan,
  stack,
  type Tensor,
  Variable,
  where,
  zeros,
} from '@llm/tensor';
import { uniform } from '../../init.ts';
import { Module } from '../../module/module.ts';

/** Options of recurrent layers, with PyTorch's names and defaults. */
export interface RecurrentOptions {
  /** Layers on top of one another. Default 1. */
  readonly num_layers?: number;
  /** Whether there are the two biases. Default true. */
  readonly bias?: boolean;
  /** Whether tensors are [batch, length, size] rather than [length, batch, size]. Default false. */
  readonly batch_first?: boolean;
  /** Probability of dropping an output between layers, in training. Default 0. */
  readonly dropout?: number;
  /** Whether a second pass runs from the end to the start. Default false. */
  readonly bidirectional?: boolean;
}

/** Names of the options that all recurrent layers take. */
export const recurrentOptionNames = [
  'num_layers',
  'bias',
  'batch_first',
  'dropout',
  'bidirectional',
] as const satisfies readonly (keyof RecurrentOptions)[];

/** Options of a call. */
export interface RecurrentCallOptions {
  /**
   * Elements of each sequence, i32 [batch]: what follows them is padding, which the states pass over and for
   * which outputs are 0, as for PyTorch's packed sequences. Default: all.
   */
  readonly lengths?: Tensor;
}

/** Parameters of one direction of one layer. */
interface Weights {
  /** [gates · hidden, input] */
  readonly ih: Variable;
  /** [gates · hidden, hidden] */
  readonly hh: Variable;
  readonly biasIh?: Variable;
  readonly biasHh?: Variable;
}

/** The states of a sequence that a cell passes on, each [batch, hidden]; the first is the output. */
export type CellState = readonly Tensor[];

/** A stack of recurrent layers in one or two directions; a subclass gives the cell. */
export abstract class Recurrent extends Module {
  readonly batchFirst: boolean;
  readonly dropoutP: number;
  readonly directions: 1 | 2;
  readonly #layers: readonly (readonly Weights[])[];

  /** @param gates vectors that a cell takes from its input @param states how many it passes on */
  protected constructor(
    readonly inputSize: number,
    readonly hiddenSize: number,
    readonly gates: number,
    readonly states: number,
    options: RecurrentOptions,
  ) {
    super();
    const { num_layers = 1, bias = true, bidirectional = false } = options;
    const { dropout = 0 } = options;
    if (!Number.isInteger(num_layers) || num_layers < 1) {
      throw new RangeError(
        `${this.constructor.name}: num_layers must be above 0: got ${num_layers}`,
      );
    }
    if (!(dropout >= 0 && dropout <= 1)) {
      throw new RangeError(`${this.constructor.name}: dropout must be in [0, 1]: got ${dropout}`);
    }
    this.batchFirst = options.batch_first ?? false;
    this.dropoutP = dropout;
    this.directions = bidirectional ? 2 : 1;
    const bound = 1 / Math.sqrt(hiddenSize);
    const draw = (...shape: number[]) => new Variable(uniform(shape, -bound, bound));
    const rows = gates * hiddenSize;
    this.#layers = Array.from({ length: num_layers }, (_, layer) =>
      Array.from({ length: this.directions }, (): Weights => {
        const width = layer === 0 ? inputSize : hiddenSize * this.directions;
        const matrices = { ih: draw(rows, width), hh: draw(rows, hiddenSize) };
        return bias ? { ...matrices, biasIh: draw(rows), biasHh: draw(rows) } : matrices;
      }),
    );
  }

  protected override *fields(): Iterable<readonly [string, unknown]> {
    for (const [layer, directions] of this.#layers.entries()) {
      for (const [direction, { ih, hh, biasIh, biasHh }] of directions.entries()) {
        const end = `l${layer}${direction === 1 ? '_reverse' : ''}`;
        yield [`weight_ih_${end}`, ih];
        yield [`weight_hh_${end}`, hh];
        if (biasIh) yield [`bias_ih_${end}`, biasIh];
        if (biasHh) yield [`bias_hh_${end}`, biasHh];
      }
    }
  }

  /**
   * One step.
   *
   * @param input what the input gives to each gate, [batch, gates · hidden]
   * @param recurrent a function that gives what a state gives to each gate
   */
  protected abstract cell(
    input: Tensor,
    state: CellState,
    recurrent: (hidden: Tensor) => Tensor,
  ): CellState;

  /**
   * All steps of all layers.
   *
   * @param initial first states, each [layers · directions, batch, hidden]; zeros by default
   * @returns outputs, and last states of the shape of `initial`
   */
  protected run(
    x: Tensor,
    initial: readonly Tensor[] | undefined,
    options: RecurrentCallOptions,
  ): { output: Tensor; last: Tensor[] } {
    checkOptions(this.constructor.name, options, ['lengths']);
    if (x.rank !== 3 || x.shape[2] !== this.inputSize) {
      const axes = this.batchFirst ? 'batch, length' : 'length, batch';
      throw new RangeError(
        `${this.constructor.name}: wants [${axes}, ${this.inputSize}]: got [${x.shape.join(', ')}]`,
      );
    }
    let y = this.batchFirst ? x.permute(1, 0, 2) : x; // [length, batch, size]
    const [length, batch] = y.shape as readonly [number, number, number];
    const size = [this.#layers.length * this.directions, batch, this.hiddenSize];
    const states = initial ?? Array.from({ length: this.states }, () => zeros(size));
    for (const state of states) {
      if (String(state.shape) !== String(size)) {
        throw new RangeError(
          `${this.constructor.name}: a first state wants [${size.join(', ')}]: got [${state.shape.join(', ')}]`,
        );
      }
    }
    const isLive =
      options.lengths &&
      arange(length)
        .reshape(length, 1, 1)
        .lt(options.lengths.reshape(1, batch, 1)); // [length, batch, 1]
    const last: CellState[] = [];
    for (const [layer, directions] of this.#layers.entries()) {
      if (layer > 0) y = dropout(y, this.dropoutP, { training: this.training });
      const outputs = directions.map((weights, direction) => {
        const first = states.map((state) => state.slice(layer * this.directions + direction));
        const result = this.#pass(y, weights, first, isLive, direction === 1);
        last.push(result.last);
        return result.output;
      });
      y = outputs.length === 1 ? outputs[0]! : concat(outputs, -1);
    }
    return {
      output: this.batchFirst ? y.permute(1, 0, 2) : y,
      last: states.map((_, i) => stack(last.map((state) => state[i]!))),
    };
  }

  /** One layer in one direction. */
  #pass(
    x: Tensor,
    { ih, hh, biasIh, biasHh }: Weights,
    first: CellState,
    isLive: Tensor | undefined,
    backwards: boolean,
  ): { output: Tensor; last: CellState } {
    const turn = (sequence: Tensor) => (backwards ? sequence.flip(0) : sequence);
    const gates = turn(linear(x, ih, biasIh)); // [length, batch, gates · hidden]
    const xs = isLive ? { gates, live: turn(isLive) } : { gates };
    const { carry, ys } = scan(
      (state: CellState, step: { gates: Tensor; live?: Tensor }) => {
        const next = this.cell(step.gates, state, (hidden) => linear(hidden, hh, biasHh));
        const { live } = step;
        const kept = live ? next.map((value, i) => where(live, value, state[i]!)) : next;
        return [kept, live ? where(live, next[0]!, 0) : next[0]!] as const;
      },
      first,
      xs,
    );
    return { output: turn(ys), last: carry };
  }
}
