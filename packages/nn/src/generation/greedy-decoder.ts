import {
  arange,
  type Compiled,
  compile,
  noGrad,
  type Tensor,
  tensor,
  Variable,
  where,
  zeros,
} from '@llm/tensor';
import {
  type KeysValues,
  type MBartForConditionalGeneration,
  maskOfKeys,
} from '../models/mbart.ts';

/** Sizes for which a decoder is compiled. */
export interface DecoderShape {
  /** Sequences decoded side by side. */
  readonly batch: number;
  /** Source tokens, padding included. */
  readonly sourceLength: number;
  /** Most tokens generated. */
  readonly maxNewTokens: number;
}

interface LayerCache {
  readonly keys: Variable;
  readonly values: Variable;
}

/**
 * Greedy search with an encoder-decoder model: the likeliest token at each step.
 *
 * Keys and values of earlier positions stay in caches of fixed capacity that are updated in place, so each step
 * replays one plan, whatever the position; only the chosen ids are read back.
 */
export class GreedyDecoder {
  readonly #own: LayerCache[];
  readonly #crossed: LayerCache[];
  readonly #sourceMask: Variable;
  readonly #encode: Compiled<[Tensor, Tensor], void>;
  readonly #step: Compiled<[Tensor, number], Tensor>;

  constructor(
    readonly model: MBartForConditionalGeneration,
    readonly shape: DecoderShape,
  ) {
    const { batch, sourceLength, maxNewTokens } = shape;
    const { d_model, decoder_attention_heads: heads, decoder_layers } = model.config;
    const cache = (positions: number) =>
      Array.from({ length: decoder_layers }, (): LayerCache => {
        const size = [batch, heads, positions, d_model / heads];
        return { keys: state(zeros(size)), values: state(zeros(size)) };
      });
    this.#own = cache(maxNewTokens);
    this.#crossed = cache(sourceLength);
    this.#sourceMask = state(zeros([batch, sourceLength], { dtype: 'bool' }));
    this.#encode = compile((ids: Tensor, mask: Tensor) => noGrad(() => this.#fill(ids, mask)));
    this.#step = compile((tokens: Tensor, position: number) =>
      // Inside a compiled function a number is a tensor: the same plan serves every position.
      noGrad(() => this.#advance(tokens, position as unknown as Tensor)),
    );
  }

  /**
   * Ids generated for each source, up to and without the end token.
   *
   * @param sources token ids, at most `sourceLength` each, at most `batch` of them
   */
  async generate(sources: readonly (readonly number[])[]): Promise<number[][]> {
    const { batch, sourceLength, maxNewTokens } = this.shape;
    if (sources.length > batch || sources.some(({ length }) => length > sourceLength)) {
      const longest = Math.max(0, ...sources.map(({ length }) => length));
      throw new RangeError(
        `generate: got ${sources.length} sources of up to ${longest} tokens, wants at most ${batch} of ${sourceLength}`,
      );
    }
    const { eos_token_id, decoder_start_token_id, pad_token_id } = this.model.config;
    const ids = new Int32Array(batch * sourceLength).fill(pad_token_id);
    const mask = new Uint8Array(batch * sourceLength);
    sources.forEach((source, row) => {
      ids.set(source, row * sourceLength);
      mask.fill(1, row * sourceLength, row * sourceLength + source.length);
    });
    const wasTraining = this.model.training;
    this.model.eval();
    try {
      await this.#encode(
        tensor(ids, [batch, sourceLength]),
        tensor(mask, [batch, sourceLength], { dtype: 'bool' }),
      );
      const generated = sources.map((): number[] => []);
      const open = new Set(generated.keys());
      let tokens = tensor(new Int32Array(batch).fill(decoder_start_token_id), [batch]);
      for (let position = 0; position < maxNewTokens && open.size > 0; position++) {
        tokens = await this.#step(tokens, position);
        const chosen = await tokens.data();
        for (const row of open) {
          if (chosen[row] === eos_token_id) open.delete(row);
          else generated[row]!.push(chosen[row]!);
        }
      }
      return generated;
    } finally {
      this.model.train(wasTraining);
    }
  }

  /** Frees the compiled plans. */
  dispose(): void {
    this.#encode.dispose();
    this.#step.dispose();
  }

  #fill(ids: Tensor, mask: Tensor): void {
    const { encoder, decoder } = this.model.model;
    const memory = encoder.forward(ids, maskOfKeys(mask));
    decoder.layers.forEach((layer, i) => {
      const { keys, values } = layer.encoder_attn.keysValues(memory);
      this.#crossed[i]!.keys.assign(keys);
      this.#crossed[i]!.values.assign(values);
    });
    this.#sourceMask.assign(mask);
  }

  #advance(tokens: Tensor, position: Tensor): Tensor {
    const { decoder } = this.model.model;
    const { batch, maxNewTokens } = this.shape;
    const at = position.to('i32');
    const places = arange(maxNewTokens);
    const isHere = places.reshape(1, 1, maxNewTokens, 1).eq(at);
    const mask = places.reshape(1, 1, 1, maxNewTokens).le(at);
    const sourceMask = maskOfKeys(this.#sourceMask);
    let x = decoder.embed(tokens.reshape(batch, 1), at);
    decoder.layers.forEach((layer, i) => {
      const own = this.#own[i]!;
      const update = (fresh: KeysValues): KeysValues => {
        const keys = where(isHere, fresh.keys, own.keys);
        const values = where(isHere, fresh.values, own.values);
        own.keys.assign(keys);
        own.values.assign(values);
        return { keys, values };
      };
      x = layer.forward(x, this.#crossed[i]!, sourceMask, { update, mask });
    });
    return this.model.logits(decoder.layer_norm.forward(x)).argmax(-1).reshape(batch);
  }
}

function state(initial: Tensor): Variable {
  return new Variable(initial, { trainable: false });
}
