/**
 * Makes the folder that `llm verify` reads: of each model family one small model with random weights, inputs, and what
 * transformers makes of them (`tools/reference/nn_models.py`).
 *
 * Usage: tsx tools/parity/pack.ts FOLDER
 */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseSafetensors, serializeSafetensors } from '@llm/hub';

const fixtures = new URL('../../packages/nn/test/fixtures/models/', import.meta.url);

/** One fixture of each `model_type`, with its language-model head where it has one. */
const families = [
  'bart',
  'bert-MaskedLM',
  'distilbert-MaskedLM',
  'electra-MaskedLM',
  'gemma2',
  'gemma3',
  'gpt2',
  'llama',
  'm2m100',
  'marian',
  'mbart',
  'mistral',
  'mpnet-MaskedLM',
  'mt5-base',
  'phi3',
  'qwen2',
  'qwen3',
  'roberta-MaskedLM',
  't5',
  'xlm-roberta',
];

/** What is compared; attention maps, hidden states and gradients are left to the tests. */
const kept = /^(input|prompt)\.|^output\.(logits|last_hidden_state)$|^generated\.greedy$/;

/** Writes the folder anew. */
export async function packParity(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const family of families) {
    const from = fileURLToPath(new URL(`${family}/`, fixtures));
    const to = join(folder, family);
    await mkdir(to, { recursive: true });
    for (const file of ['config.json', 'generation_config.json', 'model.safetensors']) {
      await cp(join(from, file), join(to, file)).catch((error: NodeJS.ErrnoException) => {
        if (file !== 'generation_config.json' || error.code !== 'ENOENT') throw error;
      });
    }
    const { tensors } = parseSafetensors(await readFile(join(from, 'expected.safetensors')));
    const some = [...tensors].filter(([name]) => kept.test(name));
    await writeFile(join(to, 'expected.safetensors'), serializeSafetensors(some));
  }
  await writeFile(join(folder, 'families.json'), JSON.stringify(families));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await packParity(process.argv[2]!);
}
