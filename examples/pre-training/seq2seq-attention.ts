// Two GRUs with attention (Luong et al., 2015) translate user-interface strings into German.
//
//     npm run example examples/pre-training/seq2seq-attention.ts
import { readUserInterfaceStrings } from '@llm/apps';
import { concat, crossEntropy, Embedding, GRU, Linear, Module, type Tensor, tensor } from '@llm/nn';
import { trainByteLevelBPE } from '@llm/tokenizers';
import { dataCollatorForSeq2Seq, Trainer } from '@llm/train';

const { pairs } = await readUserInterfaceStrings('de');
const short = pairs.filter(({ source, target }) => source.length + target.length < 60);
const options = { pad_token: '<pad>', bos_token: '<s>', eos_token: '</s>', vocab_size: 3000 };
const texts = short.flatMap(({ source, target }) => [source, target]);
const tokenizer = await trainByteLevelBPE(texts, { ...options, template: { single: '$A </s>' } });
const [start, end] = [tokenizer.bos_token_id!, tokenizer.eos_token_id!];

class Translator extends Module {
  embedding = new Embedding(tokenizer.total_size, 128);
  encoder = new GRU(128, 192, { batch_first: true });
  decoder = new GRU(128, 192, { batch_first: true });
  attended = new Linear(2 * 192, 128);
  /** Scores of the token after each of `labels`, and of the first one. */
  logits({ input_ids, attention_mask, labels }: Record<string, Tensor>): Tensor {
    const lengths = attention_mask!.sum(1);
    const [read, last] = this.encoder.forward(this.embedding.forward(input_ids!), undefined, {
      lengths,
    });
    const before = concat([labels!.slice(null, [0, 1]).mul(0).add(start), labels!.maximum(0)], 1);
    const [states] = this.decoder.forward(this.embedding.forward(before), last); // [batch, target + 1, 192]
    const scores = states.matmul(read.transpose(1, 2)); // [batch, target + 1, source]
    const weights = scores.add(attention_mask!.sub(1).mul(1e4).unsqueeze(1)).softmax(-1);
    const context = this.attended.forward(concat([weights.matmul(read), states], -1)).tanh();
    return context.matmul(this.embedding.weight.transpose(0, 1));
  }
  forward(batch: Record<string, Tensor>): Tensor {
    return crossEntropy(this.logits(batch).slice(null, [0, -1]), batch.labels!);
  }
}

const model = new Translator();
model.embedding.weight.assign(model.embedding.weight.mul(0.1));
const train_dataset = short.map(({ source, target }) => {
  return { input_ids: tokenizer.encode(source), labels: tokenizer.encode(target) };
});
const data_collator = dataCollatorForSeq2Seq(tokenizer);
const steps = { max_steps: Number(process.env.STEPS ?? 1000), learning_rate: 2e-3 };
const args = { per_device_train_batch_size: 64, save_strategy: 'no' } as const;
await new Trainer({ model, args: { ...args, ...steps }, train_dataset, data_collator }).train();

model.eval().freeze();
const row = (ids: number[]) => tensor(Int32Array.from(ids), [1, ids.length]);
for (const text of ['Open File', 'Show All Commands', 'Delete Folder']) {
  const input_ids = row(tokenizer.encode(text));
  const made: number[] = [];
  while (made.length < 12 && made.at(-1) !== end) {
    const labels = row([...made, end]); // the end stands for the token to come
    const logits = model.logits({ input_ids, attention_mask: input_ids.mul(0).add(1), labels });
    made.push(await logits.slice(0, made.length).argmax().item());
  }
  console.log(`${text} -> ${tokenizer.decode(made)}`);
}
