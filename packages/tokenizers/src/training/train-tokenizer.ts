import { decoders } from '../decoders/index.ts';
import type { Registry } from '../json/registry.ts';
import { models } from '../models/index.ts';
import { normalizers } from '../normalizers/index.ts';
import { postProcessors } from '../post-processors/index.ts';
import { TemplateProcessing } from '../post-processors/template.ts';
import { preTokenizers } from '../pre-tokenizers/index.ts';
import { createTokenizer, type PreTrainedTokenizer } from '../pretrained/pretrained-tokenizer.ts';
import { plainSpecial, SPECIAL_ROLES } from '../pretrained/special-tokens.ts';
import { Tokenizer } from '../tokenizer.ts';
import { countWords } from './count-words.ts';
import {
  type ComponentOption,
  checkTrainingOptions,
  type TrainTokenizerOptions,
} from './options.ts';
import { runSteps } from './progress.ts';
import { trainModel } from './train-model.ts';

export type {
  CommonTrainingOptions,
  ComponentOption,
  MergingOptions,
  TrainBPEOptions,
  TrainTokenizerOptions,
  TrainUnigramOptions,
  TrainWordLevelOptions,
  TrainWordPieceOptions,
} from './options.ts';

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
  checkTrainingOptions(options);
  const normalizer = component('normalizer', options.normalizer, normalizers);
  const preTokenizer = component('pre_tokenizer', options.pre_tokenizer, preTokenizers);
  const decoder = component('decoder', options.decoder, decoders);
  const given = (options.special_tokens ?? []).map((token) =>
    typeof token === 'string' ? plainSpecial(token) : token,
  );
  const names = new Set(given.map(({ content }) => content));
  // The trainer of Unigram puts an unknown token that is not among the special ones first itself.
  const ownRoles = SPECIAL_ROLES.filter(
    (role) => options.model !== 'Unigram' || role !== 'unk_token',
  );
  const roles = new Set(ownRoles.flatMap((role) => options[role] ?? []));
  const special = [...given, ...[...roles].filter((token) => !names.has(token)).map(plainSpecial)];

  const words = await countWords(texts, normalizer, preTokenizer, options.show_progress);
  const contents = special.map(({ content }) => content);
  const json = await runSteps(trainModel(words, contents, options), options.show_progress);
  const model = models.parse(json, 'trainTokenizer: model');

  const { template } = options;
  const postProcessor = template
    ? TemplateProcessing.fromText(template.single, template.pair, (token) => model.vocab.get(token))
    : component('post_processor', options.post_processor, postProcessors);
  const tokenizer = new Tokenizer(
    { normalizer, preTokenizer, model, postProcessor, decoder },
    special,
  );
  const config: Record<string, unknown> = {};
  for (const role of SPECIAL_ROLES) if (options[role] !== undefined) config[role] = options[role];
  if (options.model_max_length !== undefined) config.model_max_length = options.model_max_length;
  return createTokenizer(tokenizer, config);
}

function component<T extends object>(
  name: string,
  option: ComponentOption<T> | undefined,
  registry: Registry<T>,
): T | undefined {
  if (option === undefined) return undefined;
  // Components carry methods; what stands in a file is plain.
  if (Object.getPrototypeOf(option) !== Object.prototype) return option as T;
  return registry.parse(option, `trainTokenizer: ${name}`);
}
