// Skip-gram with negative sampling: words that stand among the same words get near vectors.
//
//     npm run example examples/pre-training/word2vec.ts
import { readFile } from 'node:fs/promises';
import { concat, Embedding, init, Module, softplus, type Tensor } from '@llm/nn';
import { splitWords } from '@llm/tokenizers/text';
import { Trainer } from '@llm/train';

const text = await readFile(new URL('shakespeare.txt', import.meta.url), 'utf8');
const lines = text.split('\n').map((line) => splitWords(line.toLowerCase()));
const counts = new Map<string, number>();
for (const word of lines.flat()) counts.set(word, (counts.get(word) ?? 0) + 1);
const words = [...counts.keys()].filter((word) => counts.get(word)! >= 5);
const ids = new Map(words.map((word, id) => [word, id]));

// Each word with every word of its line up to three places away.
const pairs = lines
  .map((line) => line.flatMap((word) => ids.get(word) ?? []))
  .flatMap((line) =>
    line.flatMap((center_ids, i) =>
      [...line.slice(Math.max(0, i - 3), i), ...line.slice(i + 1, i + 4)].map((context_ids) => ({
        center_ids,
        context_ids,
      })),
    ),
  );

class SkipGram extends Module {
  centers = new Embedding(words.length, 64);
  contexts = new Embedding(words.length, 64);
  forward({ center_ids, context_ids }: Record<string, Tensor>): Tensor {
    const vectors = this.centers.forward(center_ids!);
    const score = (others: Tensor) => vectors.mul(this.contexts.forward(others)).sum(-1); // [batch]
    let loss = softplus(score(context_ids!).neg()); // −log σ(x) = softplus(−x)
    for (let i = 1; i <= 5; i++) {
      // The contexts of other examples are words drawn as often as they occur.
      const drawn = concat([context_ids!.slice([i, null]), context_ids!.slice([0, i])]);
      loss = loss.add(softplus(score(drawn)));
    }
    return loss.mean();
  }
}

const model = new SkipGram();
for (const each of model.parameters()) each.assign(init.normal(each.shape, 0, 0.1));
const max_steps = Number(process.env.STEPS ?? 2000);
const args = { max_steps, per_device_train_batch_size: 256, learning_rate: 5e-3 };
await new Trainer({ model, args: { ...args, save_strategy: 'no' }, train_dataset: pairs }).train();

const table = model.centers.weight;
const unit = table.div(table.square().sum(-1, true).sqrt());
const cosines = (await unit.matmul(unit.transpose(0, 1)).toArray()) as number[][];
for (const word of ['thou', 'war', 'mother', 'senator']) {
  const near = cosines[ids.get(word)!]!.map((cosine, id) => [words[id], cosine] as const)
    .sort(([, a], [, b]) => b - a)
    .slice(1, 5);
  console.log(`${word}: ${near.map(([other, x]) => `${other} ${x.toFixed(2)}`).join(', ')}`);
}
