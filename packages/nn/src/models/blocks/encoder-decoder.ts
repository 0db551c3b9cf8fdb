/**
 * What all encoder-decoders share: how inputs reach the two stacks, and names of outputs.
 *
 * @module
 */
import type { Tensor } from '@llm/tensor';
import type { Module } from '../../module/module.ts';
import type { ModelInputs } from '../../pretrained/inputs.ts';
import { PreTrainedModel } from '../../pretrained/model.ts';
import type { Seq2SeqBaseOutput } from '../../pretrained/outputs.ts';
import type { CacheShape } from '../../tasks/causal-lm.ts';
import type { Seq2SeqBase } from '../../tasks/seq2seq-lm.ts';
import { type KeyValueCache, type Memory, maskOfKeys, Recorder } from './context.ts';

/** What a stack gets beside its tokens. */
export interface StackInputs {
  /** bool [batch, length] */
  readonly mask?: Tensor | undefined;
  /** For a decoder: the encoder's output. */
  readonly memory?: Memory;
  /** For a decoder that goes on. */
  readonly cache?: KeyValueCache;
}

/** An encoder or a decoder: ids [batch, length] → [batch, length, width]. */
export interface Stack extends Module {
  forward(ids: Tensor, inputs: StackInputs, recorder: Recorder): Tensor;
}

/** An encoder-decoder without a head. */
export abstract class EncoderDecoder extends PreTrainedModel implements Seq2SeqBase {
  readonly inputNames = [
    'input_ids',
    'attention_mask',
    'decoder_input_ids',
    'decoder_attention_mask',
  ] as const;
  abstract readonly encoder: Stack;
  abstract readonly decoder: Stack;
  abstract readonly cacheShape: CacheShape;

  forward(inputs: ModelInputs): Seq2SeqBaseOutput {
    const tensors = this.tensors(inputs);
    const { input_ids, attention_mask, decoder_input_ids, decoder_attention_mask } = tensors;
    if (!input_ids || !decoder_input_ids) {
      throw new TypeError(
        `${this.config.model_type}: forward wants input_ids and decoder_input_ids (or labels, with a language-model head)`,
      );
    }
    const [encoding, decoding] = [new Recorder(tensors), new Recorder(tensors)];
    const states = this.encoder.forward(input_ids, { mask: attention_mask }, encoding);
    const memory = memoryOf(states, attention_mask, undefined, decoding);
    const last_hidden_state = this.decoder.forward(
      decoder_input_ids,
      { mask: decoder_attention_mask, memory },
      decoding,
    );
    return {
      last_hidden_state,
      encoder_last_hidden_state: states,
      ...(encoding.hidden && { encoder_hidden_states: encoding.hidden }),
      ...(encoding.weights && { encoder_attentions: encoding.weights }),
      ...(decoding.hidden && { decoder_hidden_states: decoding.hidden }),
      ...(decoding.weights && { decoder_attentions: decoding.weights }),
      ...(decoding.crossWeights && { cross_attentions: decoding.crossWeights }),
    };
  }

  encode(ids: Tensor, mask: Tensor | undefined): Tensor {
    return this.encoder.forward(ids, { mask }, new Recorder({}));
  }

  decode(
    ids: Tensor,
    states: Tensor | undefined,
    sourceMask: Tensor | undefined,
    cache: KeyValueCache,
  ): Tensor {
    const recorder = new Recorder({});
    const memory = memoryOf(states, sourceMask, cache, recorder);
    return this.decoder.forward(ids, { memory, cache }, recorder);
  }
}

function memoryOf(
  states: Tensor | undefined,
  mask: Tensor | undefined,
  cache: KeyValueCache | undefined,
  { crossWeights }: Recorder,
): Memory {
  return {
    ...(states && { states }),
    context: {
      ...(mask && { mask: maskOfKeys(mask) }),
      ...(cache && { cache }),
      ...(crossWeights && { weights: crossWeights }),
    },
  };
}
