import {
  Conv1d,
  concat,
  crossEntropy,
  Dropout,
  Embedding,
  Linear,
  Module,
  type Tensor,
} from '@llm/nn';
import { trainTokenizer } from '@llm/tokenizers';
import { accuracy, dataCollatorWithPadding, type HostArray, Trainer } from '@llm/train';
import { type Review, readReviews } from '../data/sst2.ts';
import type { Experiment } from '../experiment.ts';

const [width, filters] = [128, 100];

/** Kim's convolutional network (2014): windows of three, four and five words, the strongest answer of each filter. */
class SentenceClassifier extends Module {
  words: Embedding;
  windows = [3, 4, 5].map((size) => new Conv1d(width, filters, size));
  dropout = new Dropout(0.5);
  output = new Linear(3 * filters, 2);

  constructor(vocabulary: number) {
    super();
    this.words = new Embedding(vocabulary, width, { padding_idx: 0 });
    // Narrow, so that what is learned about a word soon outweighs what was drawn for it.
    this.words.weight.assign(this.words.weight.mul(0.1));
  }

  forward({ input_ids, labels }: { input_ids: Tensor; labels?: Tensor }) {
    const x = this.dropout.forward(this.words.forward(input_ids)).transpose(1, 2); // [batch, width, length]
    const features = this.windows.map((window) => window.forward(x).relu().max(2)); // [batch, filters]
    const logits = this.output.forward(this.dropout.forward(concat(features, 1))); // [batch, 2]
    return labels ? { loss: crossEntropy(logits, labels), logits } : { logits };
  }
}

/** Film reviews by a network that knows nothing beforehand. */
export const sst2Scratch: Experiment = {
  name: 'sst2-scratch',
  summary: 'SST-2 test: a convolutional network from random weights',
  seeds: [1, 2, 3],
  bars: { accuracy: 79 },
  belowPyTorch: {},
  async run({ args, callbacks, signal }) {
    const [train, dev, test] = await Promise.all([
      readReviews('train'),
      readReviews('dev'),
      readReviews('test'),
    ]);
    const tokenizer = await trainTokenizer(
      train.map(({ text }) => text),
      {
        model: 'WordLevel',
        normalizer: { type: 'Lowercase' },
        pre_tokenizer: { type: 'WhitespaceSplit' },
        special_tokens: ['<pad>', '<unk>'],
        pad_token: '<pad>',
        unk_token: '<unk>',
      },
    );
    const encode = (reviews: readonly Review[]) =>
      reviews.map(({ text, label }) => ({
        input_ids: tokenizer.encode(text),
        labels: Number(label),
      }));
    const trainer = new Trainer({
      model: new SentenceClassifier(tokenizer.total_size),
      args: {
        learning_rate: 1e-3,
        num_train_epochs: 10,
        per_device_train_batch_size: 50,
        per_device_eval_batch_size: 50,
        eval_strategy: 'steps',
        eval_steps: 140,
        save_steps: 140,
        load_best_model_at_end: true,
        metric_for_best_model: 'accuracy',
        ...args,
      },
      train_dataset: encode(train),
      eval_dataset: encode(dev),
      data_collator: dataCollatorWithPadding(tokenizer),
      compute_metrics: ({ predictions, label_ids }) => ({
        accuracy: accuracy((predictions as HostArray).argmax().data, (label_ids as HostArray).data),
      }),
      callbacks,
      signal,
    });
    await trainer.train();
    const { eval_accuracy } = await trainer.evaluate(encode(test));
    return { accuracy: 100 * eval_accuracy! };
  },
};
