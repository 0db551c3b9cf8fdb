import { type PreTrainedTokenizer, trainByteLevelBPE } from '@llm/tokenizers';
import {
  type CorpusSplit,
  readUserInterfaceStrings,
  splitCorpus,
  type TranslationPair,
} from '../corpus/index.ts';
import type { SpecialIds, TokenPair } from './batches.ts';
import type { TranslationSettings } from './settings.ts';

/** Text and tokens that a translation model is trained and tested on. */
export interface TranslationTask {
  readonly corpus: CorpusSplit;
  readonly tokenizer: PreTrainedTokenizer;
  readonly training: readonly TokenPair[];
  readonly special: SpecialIds;
}

/** Reads the corpus of the settings' language, splits it, and trains the tokenizer on its training part. */
export async function prepareTask(settings: TranslationSettings): Promise<TranslationTask> {
  const { pairs } = await readUserInterfaceStrings(settings.language);
  return toTask(splitCorpus(pairs), settings);
}

/** The task of a corpus that is already split. */
export async function toTask(
  corpus: CorpusSplit,
  settings: TranslationSettings,
): Promise<TranslationTask> {
  const tokenizer = await trainByteLevelBPE(
    corpus.training.flatMap(({ source, target }) => [source, target]),
    {
      vocab_size: settings.vocabulary,
      pad_token: '<pad>',
      bos_token: '<s>',
      eos_token: '</s>',
      special_tokens: ['<pad>', '<s>', '</s>'],
      template: { single: '$A </s>' },
      // A word is one token wherever it stands.
      add_prefix_space: true,
      model_max_length: Math.max(...settings.buckets),
    },
  );
  return {
    corpus,
    tokenizer,
    special: specialIds(tokenizer),
    training: corpus.training.map((pair) => toTokens(pair, tokenizer)),
  };
}

/** Ids of the tokens that stand for padding, start and end. */
export function specialIds(tokenizer: PreTrainedTokenizer): SpecialIds {
  const [pad, start, end] = [
    tokenizer.pad_token_id,
    tokenizer.bos_token_id,
    tokenizer.eos_token_id,
  ];
  if (pad === undefined || start === undefined || end === undefined) {
    throw new Error('translation: the tokenizer lacks a pad, bos or eos token');
  }
  return { pad, start, end };
}

function toTokens({ source, target }: TranslationPair, tokenizer: PreTrainedTokenizer): TokenPair {
  return {
    source: tokenizer.encode(source),
    target: tokenizer.encode(target, { add_special_tokens: false }),
  };
}
