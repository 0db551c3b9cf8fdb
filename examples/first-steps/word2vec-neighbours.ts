// word2vec by skip-gram with negative sampling: words that stand in the same places get near vectors.
//
//     npm run example examples/first-steps/word2vec-neighbours.ts
import { backward, compile, Embedding, softplus, type Tensor, tensor } from '@llm/nn';
import { splitWords } from '@llm/tokenizers/text';
import { Adam } from '@llm/train';

const epochs = Number(process.env.EPOCHS ?? 200);
const animals = ['cat', 'dog', 'horse', 'cow'];
const foods = ['bread', 'cheese', 'soup', 'rice'];
const text = [
  ...animals.flatMap((animal) => [
    `the ${animal} runs in the garden`,
    `my ${animal} sleeps at night`,
    `a ${animal} has four legs`,
    `she feeds her ${animal} every day`,
    `his ${animal} drinks water`,
    `look how that ${animal} jumps`,
  ]),
  ...foods.flatMap((food) => [
    `we eat ${food} for dinner`,
    `she cooked ${food} with salt`,
    `hot ${food} tastes good`,
    `he bought ${food} yesterday`,
    `is there more ${food} left`,
    `some ${food} on a plate`,
  ]),
];
const sentences = text.map((sentence) => splitWords(sentence));
const words = [...new Set(sentences.flat())];

// Each word with its neighbours, and as many words drawn at random.
const [centers, contexts]: [number[], number[]] = [[], []];
for (const sentence of sentences) {
  for (const [i, center] of sentence.entries()) {
    for (const context of [
      ...sentence.slice(Math.max(0, i - 2), i),
      ...sentence.slice(i + 1, i + 3),
    ]) {
      centers.push(words.indexOf(center));
      contexts.push(words.indexOf(context));
    }
  }
}

const [inputs, outputs] = [new Embedding(words.length, 16), new Embedding(words.length, 16)];
const optimizer = new Adam([...inputs.parameters(), ...outputs.parameters()], { lr: 0.02 });
const step = compile((center: Tensor, context: Tensor, negative: Tensor) => {
  const vectors = inputs.forward(center);
  const score = (others: Tensor) => vectors.mul(outputs.forward(others)).sum(-1);
  // −log σ(x) = softplus(−x)
  const loss = softplus(score(context).neg())
    .add(softplus(score(negative)))
    .mean();
  optimizer.zeroGrad();
  backward(loss);
  optimizer.step();
  return loss;
});

let seed = 1;
function random(): number {
  seed = (seed * 48271) % 2147483647;
  return seed / 2147483647;
}

for (let epoch = 1; epoch <= epochs; epoch++) {
  const negatives = centers.map(() => Math.floor(random() * words.length));
  const loss = await step(
    ...([centers, contexts, negatives].map((ids) => tensor(Int32Array.from(ids))) as [
      Tensor,
      Tensor,
      Tensor,
    ]),
  );
  if (epoch % 50 === 0 || epoch === 1)
    console.log(`epoch ${epoch}: loss ${(await loss.item()).toFixed(4)}`);
}

const vectors = (await inputs.weight.toArray()) as number[][];
const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const cosine = (a: number[], b: number[]) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
for (const word of ['cat', 'bread']) {
  const own = vectors[words.indexOf(word)]!;
  const near = words
    .map((other, i) => [other, cosine(own, vectors[i]!)] as const)
    .sort(([, a], [, b]) => b - a)
    .slice(1, 4);
  console.log(
    `${word}: ${near.map(([other, score]) => `${other} ${score.toFixed(2)}`).join(', ')}`,
  );
}
