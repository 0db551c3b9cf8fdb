import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AutoModelForCausalLM, encodeTensors } from '@llm/nn';
import { type HubServer, type ServedRepository, startHubServer } from '../testing/hub-server.ts';

const fixtures = fileURLToPath(
  new URL('../../packages/apps/test/fixtures/pipelines/', import.meta.url),
);

/** What stands for each repository that the pages name: the same kind of model, tiny and with random weights. */
const standIns: Readonly<Record<string, string>> = {
  'distilbert/distilbert-base-uncased-finetuned-sst-2-english': 'classes',
  'dslim/bert-base-NER': 'entities',
  'distilbert/distilbert-base-cased-distilled-squad': 'answers',
  'facebook/bart-large-mnli': 'classes',
  'google-bert/bert-base-uncased': 'masked',
  'sentence-transformers/all-MiniLM-L6-v2': 'plain',
  'cross-encoder/ms-marco-MiniLM-L6-v2': 'ranking',
  'openai-community/gpt2': 'decoder',
  'google/flan-t5-small': 't5',
  'google-t5/t5-small': 't5',
  'Helsinki-NLP/opus-mt-en-de': 'm2m',
};

/** Starts a hub that serves them, and a small Llama as `HuggingFaceTB/SmolLM2-135M-Instruct`. */
export async function startTinyHub(): Promise<HubServer> {
  const repositories: Record<string, ServedRepository> = {};
  for (const [id, name] of Object.entries(standIns)) {
    repositories[id] = { files: await filesOf(join(fixtures, name)) };
  }
  const decoder = await filesOf(join(fixtures, 'decoder'));
  repositories['HuggingFaceTB/SmolLM2-135M-Instruct'] = {
    files: { ...decoder, ...(await tinyLlama()) },
  };
  return startHubServer(repositories);
}

async function filesOf(folder: string): Promise<Record<string, Uint8Array>> {
  const names = await readdir(folder);
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))])),
  );
}

/** A Llama for the tokenizer of the decoder. */
async function tinyLlama(): Promise<Record<string, Uint8Array | string>> {
  const config = {
    model_type: 'llama',
    vocab_size: 320,
    hidden_size: 32,
    intermediate_size: 64,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    max_position_embeddings: 512,
    bos_token_id: 0,
    eos_token_id: 1,
  };
  const model = await AutoModelForCausalLM.from_config(config);
  return {
    'config.json': JSON.stringify({ ...config, architectures: ['LlamaForCausalLM'] }),
    'model.safetensors': await encodeTensors(model.stateDict()),
    'generation_config.json': JSON.stringify({ bos_token_id: 0, eos_token_id: 1 }),
  };
}
