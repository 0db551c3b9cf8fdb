/**
 * The trainers, loaded by the first call.
 *
 * @module
 */
import type { PreTrainedTokenizer } from '../pretrained/create-tokenizer.ts';
import type { TrainTokenizerOptions } from './options.ts';
import type { TrainByteLevelBPEOptions } from './train-byte-level-bpe.ts';

/**
 * Trains a tokenizer of any model on a corpus, with the results of Hugging Face's trainers.
 *
 * @param texts - The corpus; pieces may be lines, documents, or files.
 * @param options - The model, its trainer's settings, and the components around it.
 * @returns The tokenizer, ready to encode and to be saved.
 * @throws Error if an option is unknown or out of range, or the vocabulary is too small.
 */
export async function trainTokenizer(
  texts: Iterable<string> | AsyncIterable<string>,
  options: TrainTokenizerOptions,
): Promise<PreTrainedTokenizer> {
  const { train } = await import('./train-tokenizer.ts');
  return train(texts, options);
}

/**
 * Trains a byte-level BPE tokenizer, as GPT-2's: any text can be written, none is unknown. The
 * merges are those of Hugging Face's `BpeTrainer` with the initial alphabet of `ByteLevel`.
 *
 * @param texts - The corpus; pieces may be lines, documents, or files.
 * @param options - See {@link TrainByteLevelBPEOptions}.
 * @returns The tokenizer, ready to encode and to be saved.
 * @throws Error if an option is unknown or out of range.
 */
export async function trainByteLevelBPE(
  texts: Iterable<string> | AsyncIterable<string>,
  options: TrainByteLevelBPEOptions = {},
): Promise<PreTrainedTokenizer> {
  const { train } = await import('./train-byte-level-bpe.ts');
  return train(texts, options);
}
