// An LSTM learns whether a review is good, with layers in a Sequential.
//
//     npm run example examples/first-steps/lstm-sentiment.ts
import {
  backward,
  binaryCrossEntropyWithLogits,
  compile,
  Embedding,
  Linear,
  LSTM,
  Module,
  noGrad,
  Sequential,
  type Tensor,
  tensor,
} from '@llm/nn';
import { splitWords } from '@llm/tokenizers/text';
import { Adam } from '@llm/train';

const epochs = Number(process.env.EPOCHS ?? 40);
const things = ['film', 'story', 'acting', 'music', 'ending'];
const good = ['wonderful', 'great', 'beautiful', 'funny', 'warm', 'brilliant'];
const bad = ['terrible', 'boring', 'ugly', 'slow', 'cold', 'awful'];
const reviews = things.flatMap((thing) => [
  ...good.map((word) => [`the ${thing} was ${word}`, 1] as const),
  ...bad.map((word) => [`the ${thing} was ${word}`, 0] as const),
  [`i loved the ${thing} and how ${good[thing.length % 6]} it was`, 1] as const,
  [`i hated the ${thing} and how ${bad[thing.length % 6]} it was`, 0] as const,
]);

const wordsOf = (text: string) => splitWords(text.toLowerCase());
const vocabulary = ['<pad>', '<unknown>', ...new Set(reviews.flatMap(([text]) => wordsOf(text)))];
const length = 8;
const encode = (text: string) => {
  const ids = wordsOf(text).map((word) => Math.max(1, vocabulary.indexOf(word)));
  return [...Array(length).fill(0), ...ids].slice(-length); // padded on the left: the last state has read all
};

/** The last output of an LSTM: [batch, length, input] → [batch, hidden]. */
class LastState extends Module {
  lstm = new LSTM(16, 32, { batch_first: true });
  forward(x: Tensor): Tensor {
    const [, [hidden]] = this.lstm.forward(x);
    return hidden.squeeze(0);
  }
}

const model = new Sequential(
  new Embedding(vocabulary.length, 16),
  new LastState(),
  new Linear(32, 1),
);
const optimizer = new Adam(model.parameters(), { lr: 0.01 });
const step = compile((texts: Tensor, labels: Tensor) => {
  const loss = binaryCrossEntropyWithLogits(model.forward(texts).squeeze(-1), labels);
  optimizer.zeroGrad();
  backward(loss);
  optimizer.step();
  return loss;
});

const texts = tensor(
  reviews.map(([text]) => encode(text)),
  undefined,
  { dtype: 'i32' },
);
const labels = tensor(reviews.map(([, isGood]) => isGood));
for (let epoch = 1; epoch <= epochs; epoch++) {
  const loss = await step(texts, labels);
  if (epoch % 10 === 0 || epoch === 1)
    console.log(`epoch ${epoch}: loss ${(await loss.item()).toFixed(4)}`);
}
for (const text of ['a funny and brilliant story', 'it was so boring and cold']) {
  const logit = noGrad(() => model.forward(tensor([encode(text)], undefined, { dtype: 'i32' })));
  console.log(`${text}: ${(100 * (await logit.sigmoid().item())).toFixed(1)} % good`);
}
