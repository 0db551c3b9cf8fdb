/**
 * Decoding sessions: a model's first pass over the prompts and its steps of one token, compiled for given sizes.
 *
 * @module
 */
import {
  arange,
  type Compiled,
  compile,
  noGrad,
  type Tensor,
  tensor,
  type Variable,
  zeros,
} from '@llm/tensor';
import type { CausalLM } from '../tasks/causal-lm.ts';
import { Seq2SeqLM } from '../tasks/seq2seq-lm.ts';
import { FixedCache, variable } from './cache.ts';

/** A model that generates. */
export type GenerativeModel = CausalLM | Seq2SeqLM;

/** Sizes that a session is compiled for. */
export interface SessionShape {
  readonly batch: number;
  /** Tokens of the prompt, or of the encoder, padding included. */
  readonly promptLength: number;
  /** Positions of the decoder. */
  readonly capacity: number;
  /** Whether rows change places between steps (beam search). */
  readonly reorders: boolean;
}

/** Scores of the next token: all, and the likeliest. */
export interface NextScores {
  /** [batch, vocab_size], f32 */
  readonly logits: Tensor;
  /** i32 [batch] */
  readonly best: Tensor;
}

/** One model, compiled for some sizes. Calls must follow one another: there is one cache. */
export interface Session {
  /**
   * Takes the prompts in.
   *
   * @param ids rows of `promptLength` tokens, padded on the left (on the right for an encoder)
   * @param mask 1 for tokens, 0 for padding
   * @param start first tokens of the decoder of an encoder-decoder, as many for each row
   */
  begin(ids: Int32Array, mask: Uint8Array, start: readonly number[][]): Promise<NextScores>;
  /** Goes on by one token per row; `order` says which row each row goes on from. */
  next(tokens: Int32Array, order?: Int32Array): Promise<NextScores>;
  dispose(): void;
}

/** Makes a session. */
export function makeSession(model: GenerativeModel, shape: SessionShape): Session {
  return model instanceof Seq2SeqLM
    ? new Seq2SeqSession(model, shape)
    : new CausalSession(model, shape);
}

type Step = Compiled<[Tensor, number, Tensor?], NextScores>;

abstract class CompiledSession implements Session {
  protected position = 0;
  protected abstract readonly step: Step;

  constructor(protected readonly shape: SessionShape) {}

  abstract begin(
    ids: Int32Array,
    mask: Uint8Array,
    start: readonly number[][],
  ): Promise<NextScores>;

  abstract dispose(): void;

  next(tokens: Int32Array, order?: Int32Array): Promise<NextScores> {
    const at = this.position++;
    const ids = tensor(tokens, [this.shape.batch, 1]);
    return order ? this.step(ids, at, tensor(order)) : this.step(ids, at);
  }
}

class CausalSession extends CompiledSession {
  readonly #fill: Compiled<[Tensor, Tensor], NextScores>;
  protected readonly step: Step;

  constructor(model: CausalLM, shape: SessionShape) {
    super(shape);
    const { batch, promptLength, capacity } = shape;
    const cache = new FixedCache(model.base_model.cacheShape, batch, capacity);
    const mask = variable(zeros([batch, capacity], { dtype: 'bool' }));
    const padding = variable(zeros([batch, 1], { dtype: 'i32' }));
    this.#fill = compile((input_ids: Tensor, attention_mask: Tensor) =>
      noGrad(() => {
        const isPadding = attention_mask.logicalNot();
        const count = isPadding.to('i32').sum(1, true); // [batch, 1]
        padding.assign(count);
        // Positions of new tokens are open to all that come later.
        mask.assign(isPadding.pad([0, 0], [0, capacity - promptLength]).logicalNot());
        const position_ids = leftPaddedPositions(count, promptLength);
        const inputs = { input_ids, attention_mask, position_ids };
        return scores(model.decode(inputs, cache.filling(promptLength)));
      }),
    );
    this.step = compile((input_ids: Tensor, position: number, order?: Tensor) =>
      noGrad(() => {
        // Inside a compiled function a number is a tensor: the same plan serves every position.
        const at = (position as unknown as Tensor).to('i32');
        const position_ids = padding.neg().add(at);
        const inputs = { input_ids, attention_mask: mask, position_ids };
        return scores(model.decode(inputs, cache.extending(at, order)));
      }),
    );
  }

  begin(ids: Int32Array, mask: Uint8Array): Promise<NextScores> {
    const { batch, promptLength } = this.shape;
    this.position = promptLength;
    const size = [batch, promptLength];
    return this.#fill(tensor(ids, size), tensor(mask, size, { dtype: 'bool' }));
  }

  dispose(): void {
    this.#fill.dispose();
    this.step.dispose();
  }
}

class Seq2SeqSession extends CompiledSession {
  readonly #fill: Compiled<[Tensor, Tensor, Tensor], NextScores>;
  protected readonly step: Step;

  constructor(model: Seq2SeqLM, shape: SessionShape) {
    super(shape);
    const { batch, promptLength, capacity } = shape;
    const cache = new FixedCache(model.base_model.cacheShape, batch, capacity, promptLength);
    const sourceMask: Variable = variable(zeros([batch, promptLength], { dtype: 'bool' }));
    this.#fill = compile((ids: Tensor, mask: Tensor, start: Tensor) =>
      noGrad(() => {
        sourceMask.assign(mask);
        const memory = model.base_model.encode(ids, mask);
        return scores(model.decode(start, memory, mask, cache.filling(start.shape[1]!)));
      }),
    );
    this.step = compile((ids: Tensor, position: number, order?: Tensor) =>
      noGrad(() => {
        const at = (position as unknown as Tensor).to('i32');
        return scores(model.decode(ids, undefined, sourceMask, cache.extending(at, order)));
      }),
    );
  }

  begin(ids: Int32Array, mask: Uint8Array, start: readonly number[][]): Promise<NextScores> {
    const { batch, promptLength } = this.shape;
    const size = [batch, promptLength];
    this.position = start[0]!.length;
    return this.#fill(
      tensor(ids, size),
      tensor(mask, size, { dtype: 'bool' }),
      tensor(start, undefined, { dtype: 'i32' }),
    );
  }

  dispose(): void {
    this.#fill.dispose();
    this.step.dispose();
  }
}

/** Positions [batch, length] counted from the first token that is not padding; padding has 0. */
function leftPaddedPositions(padding: Tensor, length: number): Tensor {
  return arange(length).reshape(1, length).sub(padding).maximum(0);
}

function scores(logits: Tensor): NextScores {
  return { logits: logits.to('f32'), best: logits.argmax(-1) };
}
