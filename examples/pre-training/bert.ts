// BERT's pre-training: hidden words, and whether the second of two lines follows the first.
//
//     npm run example examples/pre-training/bert.ts
import { readFile } from 'node:fs/promises';
import { createModel } from '@llm/nn';
import { bert } from '@llm/nn/models';
import { trainTokenizer } from '@llm/tokenizers';
import { Dataset, dataCollatorForLanguageModeling, sentencePairs, Trainer } from '@llm/train';

const text = await readFile(new URL('shakespeare.txt', import.meta.url), 'utf8');
const tokenizer = await trainTokenizer(text.split('\n'), {
  model: 'WordPiece',
  vocab_size: 2000,
  normalizer: { type: 'Lowercase' },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  special_tokens: ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'],
  ...{ pad_token: '[PAD]', unk_token: '[UNK]', cls_token: '[CLS]' },
  ...{ sep_token: '[SEP]', mask_token: '[MASK]' },
});
const speeches = text.split('\n\n').map((speech) => speech.split('\n').slice(1));
const pairs = sentencePairs(
  speeches.map((lines) => lines.map((line) => tokenizer.encode(line))),
  tokenizer,
  { max_length: 48 },
).map(({ label, ...pair }) => ({ ...pair, next_sentence_label: label }));
const { train, test } = Dataset.from(pairs).split({ test_size: 0.1 });

// Both heads, as Python's BertForPreTraining: save_pretrained writes what it loads.
const model = createModel(bert, 'PreTraining', {
  vocab_size: tokenizer.total_size,
  hidden_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  intermediate_size: 256,
});

const trainer = new Trainer({
  model,
  args: {
    max_steps: Number(process.env.STEPS ?? 400),
    per_device_train_batch_size: 32,
    learning_rate: 1e-3,
    save_strategy: 'no',
  },
  train_dataset: train,
  eval_dataset: test,
  data_collator: dataCollatorForLanguageModeling(tokenizer),
});
console.log(`loss before: ${(await trainer.evaluate()).eval_loss!.toFixed(2)}`);
await trainer.train();
console.log(`loss after: ${(await trainer.evaluate()).eval_loss!.toFixed(2)}`);
