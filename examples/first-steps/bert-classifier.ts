// A BERT becomes a classifier in three epochs: it learns to tell questions from orders.
//
//     npm run example examples/first-steps/bert-classifier.ts [MODEL]
import {
  AutoModelForSequenceClassification,
  backward,
  compile,
  type Tensor,
  tensor,
} from '@llm/nn';
import { AutoTokenizer } from '@llm/tokenizers';
import { AdamW } from '@llm/train';

const name = process.argv[2] ?? 'sentence-transformers/all-MiniLM-L6-v2';
const tokenizer = await AutoTokenizer.from_pretrained(name);
const model = await AutoModelForSequenceClassification.from_pretrained(name, {
  config: { num_labels: 2, id2label: { 0: 'order', 1: 'question' } },
});

const things = ['door', 'window', 'book', 'letter', 'car', 'soup', 'lamp', 'garden'];
const texts = things.flatMap((thing) => [
  `Where is the ${thing}?`,
  `Bring me the ${thing}.`,
  `How old is that ${thing}?`,
  `Do not touch the ${thing}!`,
  `Who has seen my ${thing}?`,
  `Please look at the ${thing}.`,
]);
const classes = texts.map((_, i) => (i % 2 === 0 ? 1 : 0));
const { input_ids, attention_mask } = tokenizer(texts, { padding: true });
const rows = (table: number[][], first: number, count: number) =>
  tensor(table.slice(first, first + count), undefined, { dtype: 'i32' });

const optimizer = new AdamW(model.parameters(), { lr: 2e-4 });
const step = compile((input_ids: Tensor, attention_mask: Tensor, labels: Tensor) => {
  const { loss, logits } = model.forward({
    input_ids,
    attention_mask: attention_mask.ne(0),
    labels,
  });
  optimizer.zeroGrad();
  backward(loss!);
  optimizer.step();
  return { loss: loss!, right: logits.argmax(-1).eq(labels).to('f32').sum() };
});

const batch = 8;
model.train();
for (let epoch = 1; epoch <= 3; epoch++) {
  let [loss, right] = [0, 0];
  for (let first = 0; first < texts.length; first += batch) {
    const labels = tensor(Int32Array.from(classes.slice(first, first + batch)));
    const output = await step(
      rows(input_ids, first, batch),
      rows(attention_mask!, first, batch),
      labels,
    );
    loss += (batch * (await output.loss.item())) / texts.length;
    right += await output.right.item();
  }
  const accuracy = (100 * right) / texts.length;
  console.log(`epoch ${epoch}: loss ${loss.toFixed(4)}, accuracy ${accuracy.toFixed(1)} %`);
}
