// T5's pre-training: spans of a text are cut out, and the model writes them.
//
//     npm run example examples/pre-training/t5.ts
import { readFile } from 'node:fs/promises';
import { createModel, generate } from '@llm/nn';
import { t5 } from '@llm/nn/models';
import { trainTokenizer } from '@llm/tokenizers';
import { Dataset, dataCollatorForSpanCorruption, Trainer } from '@llm/train';

const text = await readFile(new URL('shakespeare.txt', import.meta.url), 'utf8');
const sentinels = Array.from({ length: 8 }, (_, i) => `<extra_id_${i}>`);
const tokenizer = await trainTokenizer(text.split('\n'), {
  model: 'Unigram',
  vocab_size: 1000,
  pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' },
  decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' },
  special_tokens: ['<pad>', '</s>', '<unk>', ...sentinels],
  ...{ pad_token: '<pad>', eos_token: '</s>', unk_token: '<unk>' },
});
const speeches = text
  .split('\n\n')
  .map((speech) => ({ input_ids: tokenizer.encode(speech.replaceAll('\n', ' ')).slice(0, 48) }))
  .filter(({ input_ids }) => input_ids.length >= 8);
const { train, test } = Dataset.from(speeches).split({ test_size: 0.1 });

const model = createModel(t5, 'Seq2SeqLM', {
  vocab_size: tokenizer.total_size,
  d_model: 128,
  d_kv: 32,
  d_ff: 256,
  num_layers: 2,
  num_heads: 4,
  pad_token_id: tokenizer.pad_token_id,
  eos_token_id: tokenizer.eos_token_id,
  decoder_start_token_id: tokenizer.pad_token_id,
});
const trainer = new Trainer({
  model,
  args: {
    max_steps: Number(process.env.STEPS ?? 400),
    per_device_train_batch_size: 32,
    learning_rate: 3e-3,
    warmup_ratio: 0.1,
    save_strategy: 'no',
  },
  train_dataset: train,
  eval_dataset: test,
  data_collator: dataCollatorForSpanCorruption(tokenizer),
});
console.log(`loss before: ${(await trainer.evaluate()).eval_loss!.toFixed(2)}`);
await trainer.train();
console.log(`loss after: ${(await trainer.evaluate()).eval_loss!.toFixed(2)}`);

model.eval();
const cut = tokenizer.encode('MENENIUS: I tell you, <extra_id_0> most charitable care</s>');
const { generated } = await generate(model, { input_ids: [cut] }, { max_new_tokens: 12 });
console.log(tokenizer.decode(generated[0]!, { skip_special_tokens: false }));
