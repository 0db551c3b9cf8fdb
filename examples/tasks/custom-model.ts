// A model of one's own in twenty lines: a Transformer that learns to sort digits, saved so that Python loads it.
//
//     npm run example examples/tasks/custom-model.ts [FOLDER]
import {
  backward,
  compile,
  crossEntropy,
  Embedding,
  LearnedPositions,
  Linear,
  Module,
  saveModule,
  type Tensor,
  TransformerEncoder,
  TransformerEncoderLayer,
  tensor,
} from '@llm/nn';
import { AdamW } from '@llm/train';

class Sorter extends Module {
  digits = new Embedding(10, 32);
  positions = new LearnedPositions(6, 32);
  layers = new TransformerEncoder(
    Array.from(
      { length: 2 },
      () => new TransformerEncoderLayer(32, 4, { dim_feedforward: 64, batch_first: true }),
    ),
  );
  output = new Linear(32, 10);
  forward(ids: Tensor): Tensor {
    return this.output(this.layers(this.positions(this.digits(ids))));
  }
}

const model = new Sorter();
console.log(model.summary().split('\n').at(-1));
const optimizer = new AdamW(model.parameters(), { lr: 3e-3 });
const step = compile((ids: Tensor, sorted: Tensor) => {
  const loss = crossEntropy(model(ids), sorted);
  optimizer.zeroGrad();
  backward(loss);
  optimizer.step();
  return loss;
});

const rowsOf = (count: number) =>
  Array.from({ length: count }, () =>
    Array.from({ length: 6 }, () => Math.floor(10 * Math.random())),
  );
const asTensor = (rows: number[][]) => tensor(rows, undefined, { dtype: 'i32' });
const steps = Number(process.env.STEPS ?? 600);
for (let i = 1; i <= steps; i++) {
  const rows = rowsOf(64);
  const loss = await step(asTensor(rows), asTensor(rows.map((row) => row.toSorted())));
  if (i % (steps / 3) === 0) console.log(`step ${i}: loss ${(await loss.item()).toFixed(3)}`);
}
model.eval();
const row = [3, 1, 4, 1, 5, 9];
console.log(
  `${row} -> ${await model
    .forward(asTensor([row]))
    .argmax(-1)
    .toArray()}`,
);
await saveModule(process.argv[2] ?? 'runs/sorter', model);
