import { createTokenizer, loadComponents, type PreTrainedTokenizer } from '../core.ts';
import type { Registry } from '../json/registry.ts';
import { templateFromText } from '../post-processors/template-text.ts';
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

/** What `trainTokenizer` does; see there. */
export async function train(
  texts: Iterable<string> | AsyncIterable<string>,
  options: TrainTokenizerOptions,
): Promise<PreTrainedTokenizer> {
  checkTrainingOptions(options);
  const components = await loadComponents({ ...options, model: { type: options.model } });
  const normalizer = component('normalizer', options.normalizer, components.normalizers);
  const preTokenizer = component('pre_tokenizer', options.pre_tokenizer, components.preTokenizers);
  const decoder = component('decoder', options.decoder, components.decoders);
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
  const model = components.models.parse(json, 'trainTokenizer: model');

  const { template } = options;
  const postProcessor = template
    ? templateFromText(template.single, template.pair, (token) => model.vocab.get(token))
    : component('post_processor', options.post_processor, components.postProcessors);
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
