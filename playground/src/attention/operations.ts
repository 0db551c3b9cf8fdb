/**
 * The attention tab's part of the worker.
 *
 * @module
 */
import { concat, generate, type Seq2SeqLM, type Tensor } from '@llm/nn';
import type { PreTrainedTokenizer } from '@llm/tokenizers';
import {
  type InspectEvent,
  type InspectInput,
  loadInspected,
  tokensOf,
  tokenText,
} from '../inspect/load-model.ts';
import type { Operation } from '../worker/protocol.ts';

/** Which attention: of a text to itself, or of an encoder-decoder's two texts. */
export type AttentionKind = 'self' | 'encoder' | 'decoder' | 'cross';

/** How much each token of a text looks at each token of a text, in each head of each layer. */
export interface AttentionWeights {
  readonly kind: AttentionKind;
  readonly layers: number;
  readonly heads: number;
  /** The tokens that look. */
  readonly queries: readonly string[];
  /** The tokens that are looked at. */
  readonly keys: readonly string[];
  /** [layers, heads, queries, keys]; those of one query sum to 1. */
  readonly weights: Float32Array;
}

/** What is looked at. */
export interface LookInput extends InspectInput {
  /** For an encoder-decoder: the text that it writes; empty for what it would write itself. */
  readonly target: string;
}

/** Where a model looks. */
export interface LookOutput {
  readonly parts: readonly AttentionWeights[];
  /** Whether tokens were left out, since there were too many. */
  readonly isCut: boolean;
}

/** Most tokens that are looked at: more can hardly be seen. */
const mostTokens = 64;

/** Attention weights of all layers and heads of a model, for a text. */
export const look: Operation<LookInput, LookOutput, InspectEvent> = async (input, context) => {
  const loaded = await loadInspected(
    input,
    (kind) => (kind === 'encoder-decoder' ? 'Seq2SeqLM' : 'base'),
    context,
  );
  const { tokenizer } = loaded;
  const { ids, isCut } = tokensOf(tokenizer, input.text, mostTokens);
  if (loaded.task === 'Seq2SeqLM') {
    const target = await targetOf(loaded.model, tokenizer, ids, input.target, context.signal);
    return { parts: await encoderDecoderParts(loaded.model, tokenizer, ids, target), isCut };
  }
  const { attentions } = loaded.model.forward({ input_ids: [ids], output_attentions: true }) as {
    readonly attentions?: readonly Tensor[];
  };
  const names = ids.map((id) => tokenText(tokenizer, id));
  return { parts: [await partOf('self', attentions, names, names)], isCut };
};

/** The decoder's tokens, from its start token on. */
async function targetOf(
  model: Seq2SeqLM,
  tokenizer: PreTrainedTokenizer,
  ids: readonly number[],
  target: string,
  signal: AbortSignal,
): Promise<number[]> {
  const { sequences } = await generate(
    model,
    { input_ids: [ids] },
    // A text that is given needs the start token only, which generation knows.
    { max_new_tokens: target === '' ? mostTokens : 1, num_beams: 1, signal },
  );
  const written = sequences[0]!;
  if (target === '') return [...written];
  const own = tokenizer.encode(target, {
    add_special_tokens: false,
    truncation: true,
    max_length: mostTokens,
  });
  return [
    written[0]!,
    ...own,
    ...(tokenizer.eos_token_id === undefined ? [] : [tokenizer.eos_token_id]),
  ];
}

async function encoderDecoderParts(
  model: Seq2SeqLM,
  tokenizer: PreTrainedTokenizer,
  source: readonly number[],
  target: readonly number[],
): Promise<AttentionWeights[]> {
  const output = model.forward({
    input_ids: [source],
    decoder_input_ids: [target.slice(0, -1)],
    output_attentions: true,
  });
  const names = (ids: readonly number[]) => ids.map((id) => tokenText(tokenizer, id));
  const [read, entered, written] = [source, target.slice(0, -1), target.slice(1)].map(names);
  return [
    // A position of the decoder writes the next token: where it looks then is what one wants to see.
    await partOf('cross', output.cross_attentions, written!, read!),
    await partOf('encoder', output.encoder_attentions, read!, read!),
    await partOf('decoder', output.decoder_attentions, entered!, entered!),
  ];
}

async function partOf(
  kind: AttentionKind,
  attentions: readonly Tensor[] | undefined,
  queries: readonly string[],
  keys: readonly string[],
): Promise<AttentionWeights> {
  if (!attentions || attentions.length === 0) {
    throw new TypeError('this model gives no attention weights; choose another one');
  }
  // Each layer is [1, heads, queries, keys].
  const weights = (await concat(attentions).data()) as Float32Array;
  const { length: layers, 0: first } = attentions;
  return { kind, layers, heads: first!.shape[1]!, queries, keys, weights };
}
