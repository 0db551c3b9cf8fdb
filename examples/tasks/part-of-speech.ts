// A tagger of parts of speech, from nothing: an LSTM in both directions reads, a CRF chooses the tags together.
//
//     npm run example examples/tasks/part-of-speech.ts
import {
  backward,
  CRF,
  compile,
  Embedding,
  Linear,
  LSTM,
  Module,
  type Tensor,
  tensor,
} from '@llm/nn';
import { AdamW } from '@llm/train';

const tagged = `the/DET cat/NOUN sees/VERB a/DET bird/NOUN
a/DET small/ADJ dog/NOUN sleeps/VERB
she/PRON reads/VERB the/DET old/ADJ book/NOUN
he/PRON writes/VERB a/DET letter/NOUN
the/DET bird/NOUN sings/VERB loudly/ADV
they/PRON quickly/ADV read/VERB the/DET letter/NOUN
an/DET old/ADJ man/NOUN walks/VERB slowly/ADV
we/PRON see/VERB the/DET small/ADJ bird/NOUN`;
const sentences = tagged.split('\n').map((line) => line.split(' ').map((pair) => pair.split('/')));
const listOf = (part: 0 | 1) => [...new Set(sentences.flat().map((pair) => pair[part]!))];
const [words, tags] = [['<pad>', '<unk>', ...listOf(0)], listOf(1)];
const length = 8; // of the longest sentence

class Tagger extends Module {
  embedding = new Embedding(words.length, 16);
  reader = new LSTM(16, 16, { bidirectional: true, batch_first: true });
  output = new Linear(32, tags.length);
  crf = new CRF(tags.length, { batch_first: true });
  forward(ids: Tensor): Tensor {
    const [read] = this.reader(this.embedding(ids));
    return this.output(read); // [batch, length, tags]
  }
}

const padded = (rows: readonly number[][]) =>
  tensor(
    rows.map((row) => [...row, ...Array(length - row.length).fill(0)]),
    undefined,
    { dtype: 'i32' },
  );
const idOf = (word: string) => Math.max(1, words.indexOf(word));
const ids = padded(sentences.map((sentence) => sentence.map(([word]) => idOf(word!))));
const wanted = padded(sentences.map((sentence) => sentence.map(([, tag]) => tags.indexOf(tag!))));

const model = new Tagger();
const optimizer = new AdamW(model.parameters(), { lr: 0.02 });
const step = compile((ids: Tensor, wanted: Tensor) => {
  const loss = model.crf(model(ids), wanted, { mask: ids.ne(0) }).neg();
  optimizer.zeroGrad();
  backward(loss);
  optimizer.step();
  return loss;
});
for (let epoch = 1; epoch <= 60; epoch++) {
  const loss = await step(ids, wanted);
  if (epoch % 20 === 0) console.log(`epoch ${epoch}: loss ${(await loss.item()).toFixed(3)}`);
}

const text = 'the old dog reads a letter'.split(' ');
const row = padded([text.map(idOf)]);
const { tags: path } = model.crf.decode(model(row), { mask: row.ne(0) });
const [best] = (await path.toArray()) as number[][];
console.log(text.map((word, i) => `${word}/${tags[best![i]!]}`).join(' '));
