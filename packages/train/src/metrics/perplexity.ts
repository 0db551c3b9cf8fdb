import { checkOptions, crossEntropy, noGrad, type Tensor, tensor } from '@llm/nn';

/** Scores of the token after each: [1, length] ids → [1, length, vocabulary] logits. */
export type NextTokenLogits = (inputIds: Tensor) => Tensor | Promise<Tensor>;

/** Options of `perplexity`. */
export interface PerplexityOptions {
  /** Put before each text, so that its first token is predicted too. Default: the first token is not predicted. */
  readonly bos_token_id?: number;
}

/** Perplexities of texts. */
export interface PerplexityResult {
  /** exp(mean loss of the predicted tokens) of each text. */
  readonly perplexities: readonly number[];
  /** Their mean. */
  readonly mean_perplexity: number;
}

/**
 * Perplexity of each text by itself, and the mean of these: the metric of Python's `evaluate`.
 *
 * @param logits a language model, such as `(ids) => model.forward({ input_ids: ids }).logits`
 * @param texts token ids of each text
 * @throws RangeError for a text of which no token is predicted
 */
export async function perplexity(
  logits: NextTokenLogits,
  texts: readonly ArrayLike<number>[],
  options: PerplexityOptions = {},
): Promise<PerplexityResult> {
  checkOptions('perplexity', options, ['bos_token_id']);
  const { bos_token_id } = options;
  if (texts.length === 0) throw new RangeError('perplexity: got no texts');
  const perplexities: number[] = [];
  for (const [index, text] of texts.entries()) {
    const ids = [...(bos_token_id === undefined ? [] : [bos_token_id]), ...Array.from(text)];
    if (ids.length < 2) {
      throw new RangeError(
        `perplexity: text ${index} has ${text.length} tokens, of which none is predicted; give bos_token_id, or leave it out`,
      );
    }
    const loss = await windowLoss(logits, ids, ids.length - 1);
    perplexities.push(Math.exp(loss / (ids.length - 1)));
  }
  const mean_perplexity = perplexities.reduce((sum, each) => sum + each, 0) / texts.length;
  return { perplexities, mean_perplexity };
}

/** Options of `stridePerplexity`. */
export interface StrideOptions {
  /** Tokens that the model sees at once. */
  readonly max_length: number;
  /** By how many tokens the window moves on; all but these are context. Default: `max_length`. */
  readonly stride?: number;
}

/**
 * Perplexity of one long text through a window that moves on by `stride` tokens, each token predicted once with all
 * of the window before it as context: exp(Σ loss / tokens), the windows of transformers' guide with every token counted once. A smaller stride gives more
 * context and a lower number, for more work.
 *
 * @param ids the whole text
 * @throws RangeError for fewer than 2 tokens, or a stride outside 1 to `max_length`
 */
export async function stridePerplexity(
  logits: NextTokenLogits,
  ids: ArrayLike<number>,
  options: StrideOptions,
): Promise<number> {
  checkOptions('stridePerplexity', options, ['max_length', 'stride']);
  const { max_length, stride = max_length } = options;
  if (!Number.isInteger(max_length) || max_length < 2) {
    throw new RangeError(
      `stridePerplexity: max_length must be a whole number from 2: got ${max_length}`,
    );
  }
  if (!Number.isInteger(stride) || stride < 1 || stride > max_length) {
    throw new RangeError(
      `stridePerplexity: stride must be a whole number from 1 to max_length ${max_length}: got ${stride}`,
    );
  }
  const list = Array.from(ids);
  if (list.length < 2) {
    throw new RangeError(`stridePerplexity: wants at least 2 tokens: got ${list.length}`);
  }
  let loss = 0;
  let predicted = 0;
  for (let begin = 0, done = 0; done < list.length; begin += stride) {
    const end = Math.min(begin + max_length, list.length);
    // A window's first token is never predicted: nothing stands before it there.
    const fresh = Math.min(end - done, end - begin - 1);
    if (fresh > 0) loss += await windowLoss(logits, list.slice(begin, end), fresh);
    predicted += fresh;
    done = end;
  }
  return Math.exp(loss / predicted);
}

/** Sum of the losses of the last `count` tokens of a window. */
async function windowLoss(
  logits: NextTokenLogits,
  ids: readonly number[],
  count: number,
): Promise<number> {
  const input = tensor(Int32Array.from(ids), [1, ids.length]);
  const scores = await noGrad(() => logits(input));
  const vocabulary = scores.shape.at(-1)!;
  if (scores.size !== ids.length * vocabulary) {
    throw new RangeError(
      `perplexity: wants logits [1, ${ids.length}, vocabulary]: got [${scores.shape.join(', ')}]`,
    );
  }
  const rows = scores.reshape(ids.length, vocabulary); // [length, vocabulary]
  const predictions = rows.slice([ids.length - 1 - count, ids.length - 1]);
  const targets = tensor(Int32Array.from(ids.slice(ids.length - count)));
  const losses = noGrad(() => crossEntropy(predictions, targets, { reduction: 'none' }));
  // Summed here in double precision: a text may have a million tokens.
  return Array.from(await losses.data()).reduce((sum, loss) => sum + loss, 0);
}
