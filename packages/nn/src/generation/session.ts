/**
 * Decoding sessions: a model's first pass over the prompts and its steps, compiled for given sizes.
 *
 * @module
 */
import {
  arange,
  type Compiled,
  compile,
  Generator,
  noGrad,
  type Profile,
  type Tensor,
  tensor,
  zeros,
} from '@llm/tensor';
import type { CausalLM } from '../tasks/causal-lm.ts';
import { Seq2SeqLM } from '../tasks/seq2seq-lm.ts';
import { FixedCache, repeated, variable } from './cache.ts';
import { sampleOnDevice } from './sample-on-device.ts';

/** A model that generates. */
export type GenerativeModel = CausalLM | Seq2SeqLM;

/** Sizes that a session is compiled for. */
export interface SessionShape {
  readonly prompts: number;
  /** Rows that go on from each prompt, which is taken in once. */
  readonly copies: number;
  /** Tokens of the prompt, or of the encoder, padding included. */
  readonly promptLength: number;
  /** Positions of the decoder. */
  readonly capacity: number;
  /** Draws tokens on the device, from the `top_k` likeliest (0 for all). */
  readonly sampler?: { readonly top_k: number };
}

/** How tokens are drawn at one step. */
export interface Draw {
  readonly temperature: number;
  readonly top_p: number;
  /** The stream of random numbers, and how far it has come. */
  readonly seed: number;
  readonly position: number;
}

/** Scores of the next token: all, and the token that they choose. */
export interface NextScores {
  /** [rows, vocab_size], f32 */
  readonly logits: Tensor;
  /** i32 [rows]: the likeliest token, or the one that was drawn */
  readonly chosen: Tensor;
}

/** Prompts as a session takes them. */
export interface SessionInputs {
  /** Rows of `promptLength` tokens, padded on the left (on the right for an encoder). */
  readonly ids: Int32Array;
  /** 1 for tokens, 0 for padding. */
  readonly mask: Uint8Array;
  /** First tokens of the decoder of an encoder-decoder, as many for each prompt. */
  readonly start: readonly (readonly number[])[];
}

type Fill = Compiled<[Tensor, Tensor, Tensor?, number?, number?], NextScores>;
type Step = Compiled<[Tensor, number, Tensor?, number?, number?], NextScores>;

/** One model, compiled for some sizes. Calls must follow one another: there is one cache. */
export abstract class Session {
  /** Tokens in the cache. A smaller number forgets the later ones, as long as rows have not changed places. */
  position = 0;
  /** Rows that are generated side by side. */
  readonly rows: number;
  protected abstract readonly fill: Fill;
  protected abstract readonly step: Step;
  /** Scores after each of several new tokens of one row. */
  protected abstract readonly check: Compiled<[Tensor, number], NextScores>;
  readonly #generator = new Generator(0);

  constructor(protected readonly shape: SessionShape) {
    this.rows = shape.prompts * shape.copies;
  }

  /** Takes the prompts in. @param draw how the token after them is drawn, for a session with a sampler */
  begin({ ids, mask, start }: SessionInputs, draw?: Draw): Promise<NextScores> {
    const size = [this.shape.prompts, this.shape.promptLength];
    this.position = this.firstPosition(start);
    this.#seed(draw);
    const starts = this.takesStart ? tensor(start, undefined, { dtype: 'i32' }) : undefined;
    return this.fill(
      tensor(ids, size),
      tensor(mask, size, { dtype: 'bool' }),
      starts,
      draw?.temperature,
      draw?.top_p,
    );
  }

  /** Goes on by one token per row; `order` says which row each row goes on from. */
  next(tokens: Int32Array, order?: Int32Array, draw?: Draw): Promise<NextScores> {
    this.#seed(draw);
    const ids = tensor(tokens, [this.rows, 1]);
    const from = order && tensor(order);
    const scores = this.step(ids, this.position++, from, draw?.temperature, draw?.top_p);
    return freeing([ids, from], scores);
  }

  /**
   * Goes on by several tokens of the only row.
   *
   * @returns logits [tokens, vocab_size] and the likeliest token after each
   */
  extend(tokens: Int32Array): Promise<NextScores> {
    const at = this.position;
    this.position += tokens.length;
    const ids = tensor(tokens, [1, tokens.length]);
    return freeing([ids], this.check(ids, at));
  }

  /** Goes on as `next` does, and tells what each kernel took. */
  profile(tokens: Int32Array): Promise<Profile> {
    return this.step.profile(tensor(tokens, [this.rows, 1]), this.position++);
  }

  /** Frees the compiled plans. */
  dispose(): void {
    this.fill.dispose();
    this.step.dispose();
    this.check.dispose();
  }

  protected abstract readonly takesStart: boolean;
  protected abstract firstPosition(start: SessionInputs['start']): number;

  /** What is chosen by logits [rows, vocab_size]. Inside a compiled function, numbers are tensors. */
  protected choose(logits: Tensor, temperature?: number, top_p?: number): NextScores {
    const { sampler } = this.shape;
    const scores = logits.to('f32');
    if (!sampler || temperature === undefined || top_p === undefined) {
      return { logits: scores, chosen: scores.argmax(-1) };
    }
    const settings = {
      top_k: sampler.top_k,
      temperature: scalar(temperature),
      top_p: scalar(top_p),
    };
    return { logits: scores, chosen: sampleOnDevice(scores, settings, this.#generator) };
  }

  #seed(draw: Draw | undefined): void {
    if (!draw) return;
    this.#generator.seed = draw.seed;
    this.#generator.position = draw.position;
  }
}

/** Makes a session. */
export function makeSession(model: GenerativeModel, shape: SessionShape): Session {
  return model instanceof Seq2SeqLM
    ? new Seq2SeqSession(model, shape)
    : new CausalSession(model, shape);
}

class CausalSession extends Session {
  protected readonly takesStart = false;
  protected readonly fill: Fill;
  protected readonly step: Step;
  protected readonly check: Compiled<[Tensor, number], NextScores>;

  constructor(model: CausalLM, shape: SessionShape) {
    super(shape);
    const { rows } = this;
    const { copies, promptLength, capacity } = shape;
    const cache = new FixedCache(model.base_model.cacheShape, rows, capacity);
    const mask = variable(zeros([rows, capacity], { dtype: 'bool' }));
    const padding = variable(zeros([rows, 1], { dtype: 'i32' }));
    this.fill = compile((input_ids, attention_mask, _, temperature, top_p) =>
      noGrad(() => {
        const isPadding = attention_mask.logicalNot();
        const count = isPadding.to('i32').sum(1, true); // [prompts, 1]
        padding.assign(repeated(count, copies));
        // Positions of new tokens are open to all that come later.
        const isOpen = isPadding.pad([0, 0], [0, capacity - promptLength]).logicalNot();
        mask.assign(repeated(isOpen, copies));
        const position_ids = leftPaddedPositions(count, promptLength);
        const inputs = { input_ids, attention_mask, position_ids };
        const logits = model.decode(inputs, cache.filling(promptLength, copies));
        return this.choose(repeated(logits, copies), temperature, top_p);
      }),
    );
    const later = (input_ids: Tensor, at: Tensor) => {
      const places = arange(input_ids.shape[1]!).reshape(1, input_ids.shape[1]!).add(at);
      return { input_ids, attention_mask: mask, position_ids: places.sub(padding) };
    };
    this.step = compile((ids, position, order, temperature, top_p) =>
      noGrad(() => {
        const at = scalar(position).to('i32');
        const logits = model.decode(later(ids, at), cache.extending(at, order));
        return this.choose(logits, temperature, top_p);
      }),
    );
    this.check = compile((ids, position) =>
      noGrad(() => {
        const at = scalar(position).to('i32');
        const logits = model.decodeEach(later(ids, at), cache.extending(at));
        return this.choose(logits.reshape(logits.shape[1]!, logits.shape[2]!));
      }),
    );
  }

  protected firstPosition(): number {
    return this.shape.promptLength;
  }
}

class Seq2SeqSession extends Session {
  protected readonly takesStart = true;
  protected readonly fill: Fill;
  protected readonly step: Step;
  protected readonly check: Compiled<[Tensor, number], NextScores>;

  constructor(model: Seq2SeqLM, shape: SessionShape) {
    super(shape);
    const { rows } = this;
    const { copies, promptLength, capacity } = shape;
    const cache = new FixedCache(model.base_model.cacheShape, rows, capacity, promptLength);
    const sourceMask = variable(zeros([rows, promptLength], { dtype: 'bool' }));
    this.fill = compile((ids, mask, start, temperature, top_p) =>
      noGrad(() => {
        sourceMask.assign(repeated(mask, copies));
        const memory = model.base_model.encode(ids, mask);
        const filling = cache.filling(start!.shape[1]!, copies);
        const logits = model.decode(start!, memory, mask, filling);
        return this.choose(repeated(logits, copies), temperature, top_p);
      }),
    );
    this.step = compile((ids, position, order, temperature, top_p) =>
      noGrad(() => {
        const extended = cache.extending(scalar(position).to('i32'), order);
        return this.choose(model.decode(ids, undefined, sourceMask, extended), temperature, top_p);
      }),
    );
    this.check = compile((ids, position) =>
      noGrad(() => {
        const extended = cache.extending(scalar(position).to('i32'));
        const logits = model.decodeEach(ids, undefined, sourceMask, extended);
        return this.choose(logits.reshape(logits.shape[1]!, logits.shape[2]!));
      }),
    );
  }

  protected firstPosition(start: SessionInputs['start']): number {
    return start[0]!.length;
  }
}

/** Frees what a step reads once it was sent, so that the buffers of one step serve the next. */
async function freeing<T>(inputs: readonly (Tensor | undefined)[], step: Promise<T>): Promise<T> {
  try {
    return await step;
  } finally {
    for (const input of inputs) input?.dispose();
  }
}

/** A number among the arguments of a compiled function: inside, it is a tensor, so one plan serves all values. */
function scalar(value: number): Tensor {
  return value as unknown as Tensor;
}

/** Positions [batch, length] counted from the first token that is not padding; padding has 0. */
function leftPaddedPositions(padding: Tensor, length: number): Tensor {
  return arange(length).reshape(1, length).sub(padding).maximum(0);
}
