import { arange, type Tensor, where } from '@llm/tensor';
import type { KeyValueCache } from '../models/blocks/context.ts';
import type { ModelConfig } from '../pretrained/config.ts';
import type { ModelInputs } from '../pretrained/inputs.ts';
import { PreTrainedModel } from '../pretrained/model.ts';
import type { Seq2SeqBaseOutput, Seq2SeqOutput } from '../pretrained/outputs.ts';
import type { CacheShape } from './causal-lm.ts';
import { classLoss } from './losses.ts';

/** An encoder-decoder without its head. */
export interface Seq2SeqBase extends PreTrainedModel {
  readonly cacheShape: CacheShape;
  forward(inputs: ModelInputs): Seq2SeqBaseOutput;
  /** The encoder alone. @param mask bool [batch, source] @returns [batch, source, width] */
  encode(ids: Tensor, mask: Tensor | undefined): Tensor;
  /**
   * The decoder alone, with caches.
   *
   * @param memory the encoder's output, or undefined once the cache holds its keys and values
   * @param sourceMask bool [batch, source]
   */
  decode(
    ids: Tensor,
    memory: Tensor | undefined,
    sourceMask: Tensor | undefined,
    cache: KeyValueCache,
  ): Tensor;
}

/** What a family gives for its language model. */
export interface Seq2SeqParts {
  /** Name of the model without a head in checkpoints; empty if its parts stand at the top. */
  readonly prefix: string;
  readonly base: Seq2SeqBase;
  /** Modules and variables of the head by their names in checkpoints. */
  readonly head: Readonly<Record<string, unknown>>;
  /** Scores [batch, target, vocab_size] of hidden states [batch, target, hidden]. */
  readonly logits: (hidden: Tensor) => Tensor;
  /** Decoder inputs for labels in which −100 has become the padding token. */
  readonly shift: (labels: Tensor) => Tensor;
}

/** Scores of the next token at each target position: logits [batch, target, vocab_size]. */
export class Seq2SeqLM extends PreTrainedModel {
  readonly inputNames = [
    'input_ids',
    'attention_mask',
    'decoder_input_ids',
    'decoder_attention_mask',
    'labels',
  ] as const;
  readonly #parts: Seq2SeqParts;

  constructor(config: ModelConfig, parts: Seq2SeqParts) {
    super(config);
    this.#parts = parts;
  }

  override get base_model_prefix(): string {
    return this.#parts.prefix;
  }

  /** The model below the head. */
  get base_model(): Seq2SeqBase {
    return this.#parts.base;
  }

  forward(inputs: ModelInputs): Seq2SeqOutput {
    const { labels, ...rest } = this.tensors(inputs);
    const { base, logits: head } = this.#parts;
    const decoder_input_ids = rest.decoder_input_ids ?? (labels && this.shiftLabels(labels));
    const { last_hidden_state, ...recorded } = base.forward({
      ...rest,
      ...(decoder_input_ids && { decoder_input_ids }),
    });
    const logits = head(last_hidden_state);
    return { ...(labels && { loss: classLoss(logits, labels) }), logits, ...recorded };
  }

  /** Decoder inputs for labels [batch, target]: those of the step before, −100 as padding. */
  shiftLabels(labels: Tensor): Tensor {
    const pad = this.config.pad_token_id ?? 0;
    return this.#parts.shift(labels.where(labels.ge(0), pad));
  }

  /** Logits [batch, vocab_size] after the last of some new target tokens. @see Seq2SeqBase.decode */
  decode(
    ids: Tensor,
    memory: Tensor | undefined,
    sourceMask: Tensor | undefined,
    cache: KeyValueCache,
  ): Tensor {
    const { base, logits } = this.#parts;
    return logits(base.decode(ids, memory, sourceMask, cache).slice(null, -1));
  }

  /** Logits [batch, length, vocab_size] after each of some new target tokens. @see decode */
  decodeEach(
    ids: Tensor,
    memory: Tensor | undefined,
    sourceMask: Tensor | undefined,
    cache: KeyValueCache,
  ): Tensor {
    const { base, logits } = this.#parts;
    return logits(base.decode(ids, memory, sourceMask, cache));
  }

  protected override *fields(): Iterable<readonly [string, unknown]> {
    const { prefix, base, head } = this.#parts;
    if (prefix) yield [prefix, base];
    else for (const [name, module] of base.namedChildren()) yield [name, module];
    yield* Object.entries(head);
  }
}

/** Labels one place later, behind a first token or one per row [batch, 1]: [batch, target]. */
export function shiftRight(labels: Tensor, start: number | Tensor): Tensor {
  const length = labels.shape[1]!;
  const later = labels.slice(null, [0, length - 1]).pad([0, 1], [0, 0]);
  return where(arange(length).eq(0), start, later);
}
