// An LSTM learns the names in a CSV file letter by letter, and makes up new ones.
//
//     npm run example examples/first-steps/lstm-text-generator.ts
import {
  backward,
  compile,
  crossEntropy,
  Embedding,
  Linear,
  LSTM,
  Module,
  noGrad,
  type Tensor,
  tensor,
} from '@llm/nn';
import { Adam, loadDataset } from '@llm/train';

const epochs = Number(process.env.EPOCHS ?? 150);
const rows = await loadDataset(new URL('names.csv', import.meta.url));
const names = [...rows].map(({ name }) => String(name));

const letters = ['.', ...new Set(names.join(''))]; // the dot begins and ends a name
const longest = Math.max(...names.map(({ length }) => length)) + 1;
const ids = (text: string) =>
  [...text.padEnd(longest, '.')].map((letter) => letters.indexOf(letter));

class Generator extends Module {
  embedding = new Embedding(letters.length, 16);
  lstm = new LSTM(16, 64, { batch_first: true });
  output = new Linear(64, letters.length);
  forward(x: Tensor, state?: readonly [Tensor, Tensor]): [logits: Tensor, state: [Tensor, Tensor]] {
    const [hidden, next] = this.lstm.forward(this.embedding.forward(x), state);
    return [this.output.forward(hidden), next];
  }
}

const model = new Generator();
const optimizer = new Adam(model.parameters(), { lr: 0.01 });
const step = compile((inputs: Tensor, targets: Tensor) => {
  const [logits] = model.forward(inputs);
  const loss = crossEntropy(logits.reshape(-1, letters.length), targets.reshape(-1));
  optimizer.zeroGrad();
  backward(loss);
  optimizer.step();
  return loss;
});

const integers = (values: number[][]) => tensor(values, undefined, { dtype: 'i32' });
const inputs = integers(names.map((name) => ids(`.${name}`.slice(0, longest))));
const targets = integers(names.map((name) => ids(name)));
for (let epoch = 1; epoch <= epochs; epoch++) {
  const loss = await step(inputs, targets);
  if (epoch % 30 === 0 || epoch === 1)
    console.log(`epoch ${epoch}: loss ${(await loss.item()).toFixed(4)}`);
}

for (const begin of ['b', 'c', 'h', 'w']) {
  let name = begin;
  let [logits, state] = noGrad(() =>
    model.forward(integers([ids(`.${name}`.slice(0, 2)).slice(0, 2)])),
  );
  for (;;) {
    const letter = letters[await logits.slice(0, -1).argmax().item()]!;
    if (letter === '.' || name.length > 12) break;
    name += letter;
    [logits, state] = noGrad(() => model.forward(integers([[letters.indexOf(letter)]]), state));
  }
  console.log(name);
}
