// An LSTM predicts the next letter, and writes.
//
//     npm run example examples/pre-training/lstm-language-model.ts
import { readFile } from 'node:fs/promises';
import { crossEntropy, Embedding, Linear, LSTM, Module, type Tensor, tensor } from '@llm/nn';
import { Dataset, Trainer } from '@llm/train';

const text = await readFile(new URL('shakespeare.txt', import.meta.url), 'utf8');
const letters = [...new Set(text)].sort();
const idsOf = (part: string) => Int32Array.from(part, (letter) => letters.indexOf(letter));
const ids = idsOf(text);
const length = 64;
const pieces = Array.from({ length: Math.floor((ids.length - 1) / length) }, (_, i) => ({
  input_ids: ids.slice(i * length, (i + 1) * length),
  labels: ids.slice(i * length + 1, (i + 1) * length + 1),
}));
const { train, test } = Dataset.from(pieces).split({ test_size: 0.1, shuffle: false });

class LanguageModel extends Module {
  embedding = new Embedding(letters.length, 64);
  lstm = new LSTM(64, 256, { batch_first: true });
  output = new Linear(256, letters.length);
  run(ids: Tensor, before?: readonly [Tensor, Tensor]) {
    const [hidden, state] = this.lstm.forward(this.embedding.forward(ids), before);
    return { logits: this.output.forward(hidden), state }; // [batch, length, letters]
  }
  forward({ input_ids, labels }: Record<string, Tensor>): Tensor {
    return crossEntropy(this.run(input_ids!).logits, labels!);
  }
}

const model = new LanguageModel();
const trainer = new Trainer({
  model,
  args: {
    max_steps: Number(process.env.STEPS ?? 400),
    per_device_train_batch_size: 32,
    learning_rate: 5e-3,
    save_strategy: 'no',
  },
  train_dataset: train,
  eval_dataset: test,
});
const bits = async () => ((await trainer.evaluate()).eval_loss! / Math.log(2)).toFixed(2);
console.log(`bits per letter before: ${await bits()}`);
await trainer.train();
console.log(`bits per letter after: ${await bits()}`);

model.eval().freeze();
const read = (part: string) => tensor(idsOf(part), [1, part.length]);
let written = 'MENENIUS:\n';
let { logits, state } = model.run(read(written));
for (let i = 0; i < 80; i++) {
  const letter = letters[await logits.slice(0, -1).argmax().item()]!;
  written += letter;
  ({ logits, state } = model.run(read(letter), state));
}
console.log(written);
