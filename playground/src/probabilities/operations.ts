/**
 * The probability tab's part of the worker.
 *
 * @module
 */
import { type CausalLM, type MaskedLM, realize, type Tensor, take, tensor } from '@llm/nn';
import {
  type InspectEvent,
  type InspectInput,
  loadInspected,
  tokensOf,
  tokenText,
} from '../inspect/load-model.ts';
import type { Operation } from '../worker/protocol.ts';
import { judge, type TokenScore } from './scores.ts';

/** A token of the text, and what the model expected in its place. */
export interface ScoredToken {
  readonly text: string;
  /** Undefined for tokens that the model does not predict: special ones, and the first one. */
  readonly score?: Omit<TokenScore, 'top'> & {
    readonly top: readonly { readonly text: string; readonly probability: number }[];
  };
}

/** What a model thinks of a text. */
export interface ScoredText {
  /** Whether each token is expected after those before it, or between all the others. */
  readonly kind: 'causal' | 'masked';
  readonly tokens: readonly ScoredToken[];
  /** exp of the mean of −ln(probability) over the tokens that are predicted. */
  readonly perplexity: number;
  /** Whether tokens were left out, since there were too many. */
  readonly isCut: boolean;
}

/** Most tokens that are looked at; a masked model reads the text once for each. */
const mostTokens = { causal: 256, masked: 96 } as const;
/** Texts with one masked token each that run side by side. */
const batchSize = 8;
/** Most scores that are copied from the device at a time. */
const mostScores = 4_000_000;

/** Probability of each token of a text, by a model that continues texts or fills in masked tokens. */
export const score: Operation<InspectInput, ScoredText, InspectEvent> = async (input, context) => {
  const { signal } = context;
  const loaded = await loadInspected(
    input,
    (kind) => {
      if (kind !== 'encoder-decoder') return kind === 'encoder' ? 'MaskedLM' : 'CausalLM';
      throw new TypeError(
        'this model turns one text into another; token probabilities want a model that continues texts, such as openai-community/gpt2, or one that fills in masks, such as google-bert/bert-base-uncased',
      );
    },
    context,
  );
  const { tokenizer, model } = loaded;
  const kind = loaded.task === 'MaskedLM' ? 'masked' : 'causal';
  const longest = Math.min(mostTokens[kind], positionsOf(model.config));
  const { ids, isCut } = tokensOf(tokenizer, input.text, longest);
  const special = new Set(tokenizer.all_special_ids);
  const wanted = ids.flatMap((id, position) =>
    special.has(id) || (kind === 'causal' && position === 0) ? [] : [position],
  );
  const rows =
    loaded.task === 'MaskedLM'
      ? maskedRows(loaded.model, tokenizer.mask_token_id, ids, wanted, signal)
      : causalRows(loaded.model as CausalLM, ids, wanted, signal);
  const scores = new Map<number, TokenScore>();
  for await (const { position, logits } of rows) {
    scores.set(position, judge(logits, ids[position]!));
  }
  const tokens = ids.map((id, position): ScoredToken => {
    const found = scores.get(position);
    const text = tokenText(tokenizer, id);
    if (!found) return { text };
    const top = found.top.map((each) => ({
      text: tokenText(tokenizer, each.id),
      probability: each.probability,
    }));
    return { text, score: { ...found, top } };
  });
  const logs = [...scores.values()].map(({ logProbability }) => logProbability);
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  return { kind, tokens, perplexity: Math.exp(-mean), isCut };
};

/** What the model expects at a position. */
interface Row {
  readonly position: number;
  /** [vocab_size] */
  readonly logits: Float32Array;
}

async function* causalRows(
  model: CausalLM,
  ids: readonly number[],
  wanted: readonly number[],
  signal: AbortSignal,
): AsyncGenerator<Row> {
  const { logits } = model.forward({ input_ids: [ids] });
  const table = logits.reshape(ids.length, -1); // [length, vocab_size]
  await realize(table);
  const count = Math.max(1, Math.floor(mostScores / table.shape[1]!));
  for (let start = 0; start < wanted.length; start += count) {
    signal.throwIfAborted();
    const part = wanted.slice(start, start + count);
    // A token is predicted at the position before it.
    yield* rowsOf(
      table,
      part,
      part.map((position) => position - 1),
    );
  }
}

async function* maskedRows(
  model: MaskedLM,
  mask: number | undefined,
  ids: readonly number[],
  wanted: readonly number[],
  signal: AbortSignal,
): AsyncGenerator<Row> {
  if (mask === undefined) throw new TypeError('this model’s tokenizer has no mask token');
  for (let start = 0; start < wanted.length; start += batchSize) {
    signal.throwIfAborted();
    const part = wanted.slice(start, start + batchSize);
    // One size of batch, so that one plan serves all.
    const masked = Array.from({ length: batchSize }, (_, i) => part[i] ?? part[0]!);
    const { logits } = model.forward({
      input_ids: masked.map((position) => ids.with(position, mask)),
    });
    const table = logits.reshape(batchSize * ids.length, -1); // [rows · length, vocab_size]
    yield* rowsOf(
      table,
      part,
      part.map((position, row) => row * ids.length + position),
    );
  }
}

/** Rows of a table, each for a position. */
async function* rowsOf(
  table: Tensor,
  positions: readonly number[],
  rows: readonly number[],
): AsyncGenerator<Row> {
  const width = table.shape[1]!;
  const values = (await take(table, tensor(Int32Array.from(rows))).data()) as Float32Array;
  for (const [i, position] of positions.entries()) {
    yield { position, logits: values.subarray(i * width, (i + 1) * width) };
  }
}

function positionsOf(config: object): number {
  const { max_position_embeddings: positions, n_positions: alias } = config as Record<
    string,
    number | undefined
  >;
  return positions ?? alias ?? Number.POSITIVE_INFINITY;
}
