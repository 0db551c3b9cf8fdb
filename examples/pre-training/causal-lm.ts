// A small GPT-2 learns to write on, from nothing but text.
//
//     npm run example examples/pre-training/causal-lm.ts
import { readFile } from 'node:fs/promises';
import { createModel, generate } from '@llm/nn';
import { gpt2 } from '@llm/nn/models';
import { trainByteLevelBPE } from '@llm/tokenizers';
import { Dataset, dataCollatorForLanguageModeling, Trainer } from '@llm/train';

const text = await readFile(new URL('shakespeare.txt', import.meta.url), 'utf8');
const tokenizer = await trainByteLevelBPE(text.split('\n\n'), {
  vocab_size: 1000,
  pad_token: '<pad>',
});

// Pieces of 64 tokens, the last tenth of them kept to measure with.
const ids = tokenizer.encode(text);
const pieces = Array.from({ length: Math.floor(ids.length / 64) }, (_, i) => ({
  input_ids: ids.slice(i * 64, (i + 1) * 64),
}));
const { train, test } = Dataset.from(pieces).split({ test_size: 0.1, shuffle: false });

const model = createModel(gpt2, 'CausalLM', {
  vocab_size: tokenizer.total_size,
  n_positions: 128,
  n_embd: 128,
  n_layer: 3,
  n_head: 4,
  pad_token_id: tokenizer.pad_token_id,
});
const trainer = new Trainer({
  model,
  args: {
    max_steps: Number(process.env.STEPS ?? 400),
    per_device_train_batch_size: 16,
    learning_rate: 2e-3,
    lr_scheduler_type: 'cosine',
    warmup_ratio: 0.1,
    weight_decay: 0.1,
    save_strategy: 'no',
  },
  train_dataset: train,
  eval_dataset: test,
  data_collator: dataCollatorForLanguageModeling(tokenizer, { mlm: false }),
});
const perplexity = async () => Math.exp((await trainer.evaluate()).eval_loss!).toFixed(1);
console.log(`perplexity before: ${await perplexity()}`);
await trainer.train();
console.log(`perplexity after: ${await perplexity()}`);

model.eval();
const prompt = 'First Citizen:\n';
const { generated } = await generate(
  model,
  { input_ids: [tokenizer.encode(prompt)] },
  { max_new_tokens: 40, do_sample: true, top_p: 0.9, seed: 1 },
);
console.log(prompt + tokenizer.decode(generated[0]!));
