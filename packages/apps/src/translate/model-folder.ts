import { type FileContent, saveFolder } from '@llm/hub';
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
  await saveFolder(folder, await modelFolderFiles(model, tokenizer, others));
}

/** What `saveModelFolder` writes, by name: for a page to store or to offer as a download. */
export async function modelFolderFiles(
  model: Seq2SeqLM,
  tokenizer: PreTrainedTokenizer,
  others: Readonly<Record<string, string>> = {},
): Promise<Record<string, FileContent>> {
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
  return model.toFiles({ files: { ...tokenizer.toFiles(), ...others } });
}
