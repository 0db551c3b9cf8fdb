import { type Tensor, tensor } from '@llm/nn';
import type { RandomSource } from '../data/random-source.ts';
import type { Batch, Collator, CollatorTokenizer } from './collator.ts';
import {
  dataCollatorForLanguageModeling,
  type LanguageModelingOptions,
} from './language-modeling.ts';

/** Options of `dataCollatorForElectra`. */
export interface ElectraOptions extends Omit<LanguageModelingOptions, 'mlm'> {
  /** Scores of the generator, a masked language model: logits [batch, length, vocabulary]. */
  readonly generator: (batch: Batch) => Tensor | Promise<Tensor>;
}

/**
 * ELECTRA's replaced tokens (Clark et al., 2020): tokens are masked, the generator's guesses are drawn in their
 * place, and the discriminator's labels [batch, length] tell which tokens are not the text's: 1 replaced, 0 not, −100
 * padding. A guess that is right counts as not replaced.
 */
export function dataCollatorForElectra(
  tokenizer: CollatorTokenizer,
  options: ElectraOptions,
): Collator {
  const { generator, ...masking } = options;
  if (typeof generator !== 'function') {
    throw new TypeError(
      'dataCollatorForElectra: wants a generator, a function from a batch to logits',
    );
  }
  if ('mlm' in masking) {
    throw new TypeError("dataCollatorForElectra: unknown option 'mlm'; tokens are always masked");
  }
  // Masks only: the generator itself makes the random tokens.
  const mask = dataCollatorForLanguageModeling(tokenizer, {
    mask_replace_prob: 1,
    random_replace_prob: 0,
    ...masking,
  });
  return async (items, random) => {
    const { labels: hidden, ...masked } = await mask(items, random);
    const logits = await generator(masked);
    const [ids, wanted, attention, scores] = await Promise.all([
      masked.input_ids!.data(),
      hidden!.data(),
      masked.attention_mask!.data(),
      logits.data(),
    ]);
    const vocabulary = logits.shape.at(-1)!;
    const replaced = Int32Array.from(ids);
    const labels = Int32Array.from(attention, (flag) => (flag ? 0 : -100));
    for (const [place, id] of wanted.entries()) {
      if (id === -100) continue;
      const row = scores.subarray(place * vocabulary, (place + 1) * vocabulary);
      replaced[place] = draw(row, random);
      labels[place] = replaced[place] === id ? 0 : 1;
    }
    const { shape } = masked.input_ids!;
    return { ...masked, input_ids: tensor(replaced, shape), labels: tensor(labels, shape) };
  };
}

/** An index by the softmax of scores. */
function draw(scores: ArrayLike<number>, random: RandomSource): number {
  let highest = -Infinity;
  for (let i = 0; i < scores.length; i++) highest = Math.max(highest, scores[i]!);
  let sum = 0;
  for (let i = 0; i < scores.length; i++) sum += Math.exp(scores[i]! - highest);
  let left = random.next() * sum;
  for (let i = 0; i < scores.length; i++) {
    left -= Math.exp(scores[i]! - highest);
    if (left < 0) return i;
  }
  return scores.length - 1;
}
