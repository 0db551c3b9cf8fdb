import { BYTE_TO_CHARACTER } from '../byte-alphabet.ts';
import { createTokenizer, loadComponents, type PreTrainedTokenizer } from '../core.ts';
import { checkOptions } from '../options.ts';
import { templateFromText } from '../post-processors/template-text.ts';
import { plainSpecial, SPECIAL_ROLES, type SpecialRole } from '../pretrained/special-tokens.ts';
import { Tokenizer } from '../tokenizer.ts';
import { trainMerges } from './bpe-trainer.ts';
import { countWords } from './count-words.ts';
import { runSteps, type TrainingProgress } from './progress.ts';

/** Options of `trainByteLevelBPE`, by Python's names. */
export interface TrainByteLevelBPEOptions extends Partial<Record<SpecialRole, string>> {
  /** Tokens wanted in all; 30,000 by default, at least 256 and the special tokens. */
  vocab_size?: number;
  /** Pairs that occur less often are not merged; 2 by default. */
  min_frequency?: number;
  /** Tokens that take the first ids, in order. Roles given beside (`eos_token`, …) need not be repeated. */
  special_tokens?: readonly string[];
  /** Tokens of this many bytes or more are not made by growing; no limit by default. */
  max_token_length?: number;
  /** Put a space before text that has none; false by default. */
  add_prefix_space?: boolean;
  /** Unicode normalization of all text; none by default. */
  unicode_normalizer?: 'NFC' | 'NFD' | 'NFKC' | 'NFKD';
  /** What is put around inputs, such as `{ single: '$A </s>' }`; nothing by default. */
  template?: { single: string; pair?: string };
  /** Longest input of the model, in tokens; no limit by default. */
  model_max_length?: number;
  /** Called now and then while words are counted and merges learned. */
  show_progress?: (progress: TrainingProgress) => void;
}

const OPTIONS = [
  'vocab_size',
  'min_frequency',
  'special_tokens',
  'max_token_length',
  'add_prefix_space',
  'unicode_normalizer',
  'template',
  'model_max_length',
  'show_progress',
  ...SPECIAL_ROLES,
];

/** The component of this name: pre-tokenizer, post-processor and decoder. */
const BYTE_LEVEL = { type: 'ByteLevel' };

/** What `trainByteLevelBPE` does; see there. */
export async function train(
  texts: Iterable<string> | AsyncIterable<string>,
  options: TrainByteLevelBPEOptions,
): Promise<PreTrainedTokenizer> {
  checkOptions('trainByteLevelBPE', options, OPTIONS);
  const roles = SPECIAL_ROLES.flatMap((role) => options[role] ?? []);
  const specialTokens = [...new Set([...(options.special_tokens ?? []), ...roles])];
  const { vocab_size = 30_000, min_frequency = 2, max_token_length } = options;
  wantInteger('vocab_size', vocab_size, 256 + specialTokens.length);
  wantInteger('min_frequency', min_frequency, 0);
  if (max_token_length !== undefined) wantInteger('max_token_length', max_token_length, 1);

  const form = options.unicode_normalizer && { type: options.unicode_normalizer };
  const components = await loadComponents({ normalizer: form, pre_tokenizer: BYTE_LEVEL });
  const path = 'trainByteLevelBPE';
  const normalizer = form && components.normalizers.parse(form, path);
  const { add_prefix_space = false } = options;
  const preTokenizer = components.preTokenizers.parse({ ...BYTE_LEVEL, add_prefix_space }, path);
  const words = await countWords(texts, normalizer, preTokenizer, options.show_progress);
  const training = trainMerges(words, {
    vocab_size,
    min_frequency,
    max_token_length,
    special_tokens: specialTokens,
    initial_alphabet: BYTE_TO_CHARACTER,
  });
  const { vocab, merges } = await runSteps(training, options.show_progress);
  options.show_progress?.({ stage: 'merge', done: vocab.size, total: vocab_size });

  const { template } = options;
  const tokenizer = new Tokenizer(
    {
      normalizer,
      preTokenizer,
      model: components.models.parse({ type: 'BPE', vocab, merges }, path),
      postProcessor: template
        ? templateFromText(template.single, template.pair, (token) => vocab.get(token))
        : components.postProcessors.parse({ ...BYTE_LEVEL, trim_offsets: false }, path),
      decoder: components.decoders.parse(BYTE_LEVEL, path),
    },
    specialTokens.map(plainSpecial),
  );
  const config: Record<string, unknown> = {};
  for (const role of SPECIAL_ROLES) if (options[role] !== undefined) config[role] = options[role];
  if (options.model_max_length !== undefined) config.model_max_length = options.model_max_length;
  config.model_input_names = ['input_ids', 'attention_mask'];
  // Python's class overrules tokenizer.json by this setting, whose default is false.
  if (options.add_prefix_space) config.add_prefix_space = true;
  return createTokenizer(tokenizer, config);
}

function wantInteger(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least && value < 2 ** 24) return;
  throw new Error(
    `trainByteLevelBPE: ${name}: got ${value}, wants an integer from ${least} to ${2 ** 24 - 1}`,
  );
}
