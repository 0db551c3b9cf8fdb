import type { Seq2SeqLM } from '@llm/nn';
import type { PreTrainedTokenizer } from '@llm/tokenizers';
import { configOf } from './model-config.ts';

/** Writes a model folder as Hugging Face lays it out, with other files beside. */
export async function saveModelFolder(
  folder: string,
  model: Seq2SeqLM,
  tokenizer: PreTrainedTokenizer,
  others: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { pad_token_id, bos_token_id, eos_token_id, decoder_start_token_id, ...config } =
    configOf(model);
  model.generation_config = {
    pad_token_id,
    bos_token_id,
    eos_token_id,
    decoder_start_token_id,
    forced_eos_token_id: null,
    max_length: config.max_position_embeddings,
  };
  await model.save_pretrained(folder, { files: { ...tokenizer.toFiles(), ...others } });
}
