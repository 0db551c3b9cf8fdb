import { type MBartForConditionalGeneration, saveModule } from '@llm/nn';
import type { PreTrainedTokenizer } from '@llm/tokenizers';

/** The configuration as `config.json` holds it, for Python's `AutoModelForSeq2SeqLM` too. */
function configOf({ config }: MBartForConditionalGeneration): Record<string, unknown> {
  return {
    ...config,
    architectures: ['MBartForConditionalGeneration'],
    model_type: 'mbart',
    is_encoder_decoder: true,
    tie_word_embeddings: true,
    forced_eos_token_id: null,
    torch_dtype: 'float32',
  };
}

function generationConfigOf({ config }: MBartForConditionalGeneration): Record<string, unknown> {
  const {
    pad_token_id,
    bos_token_id,
    eos_token_id,
    decoder_start_token_id,
    max_position_embeddings,
  } = config;
  return {
    pad_token_id,
    bos_token_id,
    eos_token_id,
    decoder_start_token_id,
    forced_eos_token_id: null,
    max_length: max_position_embeddings,
  };
}

/** Writes a model folder as Hugging Face lays it out, with other files beside. */
export async function saveModelFolder(
  folder: string,
  model: MBartForConditionalGeneration,
  tokenizer: PreTrainedTokenizer,
  others: Readonly<Record<string, string>> = {},
): Promise<void> {
  await saveModule(folder, model, {
    config: configOf(model),
    files: {
      ...tokenizer.toFiles(),
      'generation_config.json': `${JSON.stringify(generationConfigOf(model), null, 2)}\n`,
      ...others,
    },
  });
}
