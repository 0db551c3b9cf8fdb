import { evaluate, pipeline } from '@llm/apps';
import { AutoModelForTokenClassification } from '@llm/nn';
import { AutoTokenizer } from '@llm/tokenizers';
import { dataCollatorWithPadding, Trainer } from '@llm/train';
import { minilm } from '../../../tools/pretrained/weights.ts';
import { readPosts } from '../data/wnut17.ts';
import type { Experiment } from '../experiment.ts';

const ignored = -100;

/** Names in posts by a fine-tuned encoder. */
export const wnut17: Experiment = {
  name: 'wnut17',
  summary: 'WNUT-17 test: all-MiniLM-L6-v2 fine-tuned, F1 of whole spans',
  needsMinilm: true,
  seeds: [1, 2, 3],
  bars: {},
  belowPyTorch: { f1: 2 },
  async run({ args, callbacks, signal }) {
    const [train, test] = await Promise.all([readPosts('train'), readPosts('test')]);
    const names = [...new Set(train.flatMap(({ tags }) => tags))].sort();
    const [model, tokenizer] = await Promise.all([
      AutoModelForTokenClassification.from_pretrained(minilm, {
        config: {
          num_labels: names.length,
          id2label: Object.fromEntries(names.entries()),
          label2id: Object.fromEntries(names.map((name, id) => [name, id])),
        },
      }),
      AutoTokenizer.from_pretrained(minilm),
    ]);
    const examples = train.map(({ tokens, tags }) => {
      const { ids, word_ids } = tokenizer.encode_plus(tokens, {
        is_split_into_words: true,
        truncation: true,
        max_length: 128,
      });
      // The first token of a word learns its tag.
      const labels = word_ids.map((word, i) =>
        word === null || word === word_ids[i - 1] ? ignored : names.indexOf(tags[word]!),
      );
      return { input_ids: ids, labels };
    });
    const trainer = new Trainer({
      model,
      args: {
        learning_rate: 1e-4,
        num_train_epochs: 3,
        per_device_train_batch_size: 16,
        warmup_ratio: 0.1,
        group_by_length: true,
        save_steps: 100,
        ...args,
      },
      train_dataset: examples,
      data_collator: dataCollatorWithPadding(tokenizer),
      callbacks,
      signal,
    });
    await trainer.train();
    model.eval();
    const tagger = await pipeline('token-classification', model, { tokenizer });
    const { f1, precision, recall } = await evaluate('token-classification', test, {
      pipeline: tagger,
    });
    tagger.dispose();
    return { f1: 100 * f1!, precision: 100 * precision!, recall: 100 * recall! };
  },
};
