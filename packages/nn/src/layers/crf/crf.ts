import { checkChoice, checkOptions, type Tensor, Variable } from '@llm/tensor';
import { uniform } from '../../init.ts';
import { Module } from '../../module/module.ts';
import { bestPath, type ChainInputs, logNormalizer, pathScore } from './chain.ts';

/** Options of `CRF`. */
export interface CRFOptions {
  /** Whether tensors are [batch, length, …] rather than [length, batch, …]. Default false. */
  readonly batch_first?: boolean;
}

/** Options of a call of `CRF`. */
export interface CRFCallOptions {
  /** [length, batch], true for elements of the sequence, which come before its padding; at least one each. */
  readonly mask?: Tensor;
  /**
   * `'sum'` (default) or `'mean'` over sequences, `'token_mean'` over all elements, or `'none'`: one per sequence.
   */
  readonly reduction?: 'sum' | 'mean' | 'token_mean' | 'none';
}

/** What `CRF.decode` found. */
export interface CRFPath {
  /** The best tags, i32 of the shape of the mask; −100 where there is padding, as labels that do not matter. */
  readonly tags: Tensor;
  /** Their score before normalization: [batch]. */
  readonly score: Tensor;
}

/**
 * A linear-chain conditional random field (Lafferty et al., 2001): log p(y | e) = s(y) − log Σ exp s(y'), with
 * s(y) = start[y₁] + Σ e[t, yₜ] + Σ transitions[yₜ₋₁, yₜ] + end[yₙ]. Names and defaults are those of pytorch-crf.
 */
export class CRF extends Module {
  readonly batchFirst: boolean;
  /** [tags] */
  readonly start_transitions: Variable;
  /** [tags] */
  readonly end_transitions: Variable;
  /** [from, to] */
  readonly transitions: Variable;

  /** @throws RangeError for no tags. */
  constructor(numTags: number, options: CRFOptions = {}) {
    super();
    checkOptions('CRF', options, ['batch_first']);
    if (!Number.isInteger(numTags) || numTags < 1) {
      throw new RangeError(`CRF: wants a whole number of tags from 1: got ${numTags}`);
    }
    this.batchFirst = options.batch_first ?? false;
    const draw = (...shape: number[]) => new Variable(uniform(shape, -0.1, 0.1));
    this.start_transitions = draw(numTags);
    this.end_transitions = draw(numTags);
    this.transitions = draw(numTags, numTags);
  }

  /**
   * The log-likelihood of tags; its negative is the loss.
   *
   * @param emissions scores of each tag: [length, batch, tags]
   * @param tags i32 [length, batch]; what stands under padding does not matter
   * @throws RangeError if shapes differ
   */
  forward(emissions: Tensor, tags: Tensor, options: CRFCallOptions = {}): Tensor {
    checkOptions('CRF', options, ['mask', 'reduction']);
    const { reduction = 'sum' } = options;
    checkChoice('CRF', 'reduction', reduction, ['sum', 'mean', 'token_mean', 'none']);
    const inputs = this.#inputs(emissions, options.mask);
    const path = this.batchFirst ? tags.transpose(0, 1) : tags;
    if (String(path.shape) !== String(inputs.emissions.shape.slice(0, 2))) {
      throw new RangeError(
        `CRF: tags [${tags.shape.join(', ')}] do not fit emissions [${emissions.shape.join(', ')}]`,
      );
    }
    const each = pathScore(inputs, this, path).sub(logNormalizer(inputs, this)); // [batch]
    if (reduction === 'none') return each;
    if (reduction === 'mean') return each.mean();
    const sum = each.sum();
    if (reduction === 'sum') return sum;
    return sum.div(inputs.mask ? inputs.mask.to('f32').sum() : path.size);
  }

  /** The best tags, by Viterbi's algorithm, on the device. */
  decode(emissions: Tensor, options: Pick<CRFCallOptions, 'mask'> = {}): CRFPath {
    checkOptions('CRF.decode', options, ['mask']);
    const inputs = this.#inputs(emissions, options.mask);
    const { path, score } = bestPath(inputs, this);
    return { tags: this.batchFirst ? path.transpose(0, 1) : path, score };
  }

  /** Emissions and mask with the length first. @throws RangeError if their shapes do not fit. */
  #inputs(emissions: Tensor, mask: Tensor | undefined): ChainInputs {
    const tags = this.start_transitions.size;
    const [first, second, last] = emissions.shape;
    const maskFits =
      !mask || (mask.rank === 2 && mask.shape[0] === first && mask.shape[1] === second);
    if (emissions.rank !== 3 || last !== tags || !maskFits || first === 0 || second === 0) {
      const order = this.batchFirst ? 'batch, length' : 'length, batch';
      const masked = mask ? ` and mask [${mask.shape.join(', ')}]` : '';
      throw new RangeError(
        `CRF: wants emissions [${order}, ${tags}] and a mask [${order}]: got emissions [${emissions.shape.join(', ')}]${masked}`,
      );
    }
    const turn = (x: Tensor) => (this.batchFirst ? x.transpose(0, 1) : x);
    const flags = mask && (mask.dtype === 'bool' ? mask : mask.ne(0));
    return { emissions: turn(emissions), ...(flags && { mask: turn(flags) }) };
  }
}
