// PyTorch's nn.Transformer(512, 8, 3) learns five sentence pairs by heart.
//
//     npm run example examples/first-steps/transformer-toy-pairs.ts
import {
  backward,
  compile,
  crossEntropy,
  Embedding,
  Linear,
  Module,
  noGrad,
  SinusoidalPositions,
  type Tensor,
  Transformer,
  tensor,
} from '@llm/nn';
import { Adam } from '@llm/train';

const epochs = Number(process.env.EPOCHS ?? 100);
const pairs = [
  ['i am hungry', 'ich habe hunger'],
  ['good morning', 'guten morgen'],
  ['how are you', 'wie geht es dir'],
  ['thank you very much', 'vielen dank'],
  ['see you tomorrow', 'bis morgen'],
] as const;

const words = ['<pad>', '<start>', '<end>', ...new Set(pairs.flat().join(' ').split(' '))];
const [pad, start, end] = [0, 1, 2];
const ids = (text: string) => text.split(' ').map((word) => words.indexOf(word));
const rows = (lists: number[][]) => {
  const longest = Math.max(...lists.map((list) => list.length));
  return tensor(
    lists.map((list) => [...list, ...Array(longest - list.length).fill(pad)]),
    undefined,
    { dtype: 'i32' },
  );
};

class Translator extends Module {
  embedding = new Embedding(words.length, 512);
  positions = new SinusoidalPositions(16, 512);
  transformer = new Transformer({
    d_model: 512,
    nhead: 8,
    num_encoder_layers: 3,
    num_decoder_layers: 3,
    batch_first: true,
    dropout: 0,
  });
  output = new Linear(512, words.length);
  forward(source: Tensor, target: Tensor): Tensor {
    const embed = (tokens: Tensor) => this.positions.forward(this.embedding.forward(tokens));
    const hidden = this.transformer.forward(embed(source), embed(target), {
      src_key_padding_mask: source.eq(pad),
      memory_key_padding_mask: source.eq(pad),
      tgt_is_causal: true,
    });
    return this.output.forward(hidden); // [batch, length, words]
  }
}

const model = new Translator();
const optimizer = new Adam(model.parameters(), { lr: 1e-4 });
const step = compile((source: Tensor, target: Tensor, labels: Tensor) => {
  const logits = model.forward(source, target);
  const loss = crossEntropy(logits.reshape(-1, words.length), labels.reshape(-1), {
    ignoreIndex: pad,
  });
  optimizer.zeroGrad();
  backward(loss);
  optimizer.step();
  return loss;
});

const sources = rows(pairs.map(([english]) => ids(english)));
const targets = rows(pairs.map(([, german]) => [start, ...ids(german)]));
const labels = rows(pairs.map(([, german]) => [...ids(german), end]));
for (let epoch = 1; epoch <= epochs; epoch++) {
  const loss = await step(sources, targets, labels);
  if (epoch % 10 === 0 || epoch === 1)
    console.log(`epoch ${epoch}: loss ${(await loss.item()).toFixed(4)}`);
}

model.eval();
const next = compile((target: Tensor) => noGrad(() => model.forward(sources, target).argmax(-1))); // [batch, length]
const length = targets.shape[1]!;
const made = pairs.map(() => [start, ...Array<number>(length - 1).fill(pad)]);
for (let place = 1; place < length; place++) {
  const found = (await (await next(rows(made))).toArray()) as number[][];
  for (const [i, row] of made.entries()) row[place] = found[i]![place - 1]!;
}
for (const [i, [english]] of pairs.entries()) {
  const german = made[i]!.slice(1).map((id) => words[id]);
  console.log(`${english} -> ${german.join(' ').replace(/ <end>.*/, '')}`);
}
