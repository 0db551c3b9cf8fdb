/** A name of Python's that does not work here. */
interface Refusal {
  /** Values that ask for nothing: Python's default, or what holds here anyway. */
  readonly harmless: readonly unknown[];
  /** Why, or what to do instead. */
  readonly instead: string;
}

const ownCache = 'the cache here is one of fixed size, updated in place; leave the option out';
const onTheHub = 'transformers 4.56 itself takes it from a repository with code';

/**
 * Names of Python's `GenerationConfig` that do not work here. In a stored configuration they are passed over, in a
 * call they are errors.
 */
const refused: Readonly<Record<string, Refusal>> = {
  use_cache: { harmless: [true], instead: 'there is always a cache; leave the option out' },
  cache_implementation: { harmless: [], instead: ownCache },
  cache_config: { harmless: [], instead: ownCache },
  return_legacy_cache: { harmless: [false], instead: ownCache },
  prefill_chunk_size: { harmless: [], instead: 'prompts are taken in whole; leave the option out' },
  force_words_ids: {
    harmless: [],
    instead: 'use regex, json_schema, or a function among logits_processor',
  },
  constraints: {
    harmless: [],
    instead: 'use regex, json_schema, or a function among logits_processor',
  },
  token_healing: {
    harmless: [false],
    instead: 'end the prompt before its last token, and ask for the rest by regex',
  },
  watermarking_config: {
    harmless: [],
    instead: "its random numbers are PyTorch's; write a function for logits_processor",
  },
  output_attentions: {
    harmless: [false],
    instead: 'call the model on the generated sequences with output_attentions: true',
  },
  output_hidden_states: {
    harmless: [false],
    instead: 'call the model on the generated sequences with output_hidden_states: true',
  },
  return_dict_in_generate: { harmless: [true, false], instead: 'the result is always an object' },
  is_assistant: { harmless: [false], instead: 'pass the assistant as assistant_model' },
  assistant_early_exit: { harmless: [], instead: 'pass a smaller model as assistant_model' },
  assistant_lookbehind: {
    harmless: [10],
    instead: 'an assistant must have the same vocabulary, so nothing is encoded again',
  },
  target_lookbehind: {
    harmless: [10],
    instead: 'an assistant must have the same vocabulary, so nothing is encoded again',
  },
  compile_config: { harmless: [], instead: 'steps are always compiled; leave the option out' },
  disable_compile: { harmless: [false], instead: 'steps are always compiled' },
  low_memory: { harmless: [false], instead: 'take fewer beams' },
  penalty_alpha: { harmless: [0], instead: `contrastive search is not here: ${onTheHub}` },
  dola_layers: { harmless: [], instead: `DoLa is not here: ${onTheHub}` },
};

/** What a stored configuration tells about itself; no settings. */
const aboutTheFile = ['transformers_version', '_from_model_config', '_commit_hash'];

/** Passes over what asks for nothing. @throws TypeError naming the option, and what to do instead */
export function refuse(name: string, value: unknown, known: readonly string[]): void {
  if (aboutTheFile.includes(name)) return;
  const refusal = Object.hasOwn(refused, name) ? refused[name] : undefined;
  if (!refusal) {
    throw new TypeError(`generate: unknown option ${name}; it takes ${known.join(', ')}`);
  }
  if (refusal.harmless.includes(value)) return;
  throw new TypeError(
    `generate: ${name} is not supported: got ${JSON.stringify(value)}; ${refusal.instead}`,
  );
}
