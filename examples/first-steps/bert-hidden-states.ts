// BERT's hidden states of a sentence: a vector for each token, after every layer.
//
//     npm run example examples/first-steps/bert-hidden-states.ts [MODEL]
import { AutoModel, noGrad } from '@llm/nn';
import { AutoTokenizer } from '@llm/tokenizers';

const name = process.argv[2] ?? 'google-bert/bert-base-uncased';
const [tokenizer, model] = await Promise.all([
  AutoTokenizer.from_pretrained(name),
  AutoModel.from_pretrained(name),
]);

const sentence = 'The Eiffel Tower stands in Paris.';
const { tokens } = tokenizer.encode_plus(sentence);
const inputs = tokenizer([sentence]);
const { last_hidden_state, hidden_states } = noGrad(
  () => model.forward({ ...inputs, output_hidden_states: true }) as import('@llm/nn').BaseOutput,
);

console.log(`last_hidden_state: [${last_hidden_state.shape.join(', ')}]`); // [batch, tokens, width]
console.log(`hidden_states: ${hidden_states!.length} (the embeddings, then each layer)`);
const [vectors] = (await last_hidden_state.toArray()) as number[][][];
for (const [i, token] of tokens.entries()) {
  const start = vectors![i]!.slice(0, 3).map((value) => value.toFixed(3));
  console.log(`${token.padEnd(10)} ${start.join('  ')} …`);
}
