import { fileURLToPath } from 'node:url';
import { setDefaultDevice } from '@llm/nn';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

setDefaultDevice('wasm');
let lines: string[] = [];
beforeEach(() => {
  lines = [];
  vi.spyOn(console, 'log').mockImplementation((text: string) => {
    lines.push(text);
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const tiny = fileURLToPath(
  new URL('../../../packages/apps/test/fixtures/pipelines/plain', import.meta.url),
);

/** Each program, with how long it trains here, and what it prints. */
const programs: readonly { name: string; epochs?: number; prints: RegExp }[] = [
  {
    name: 'transformer-toy-pairs',
    epochs: 1,
    prints: /^epoch 1: loss \d\.\d{4}[\s\S]*thank you very much -> /,
  },
  {
    name: 'lstm-sentiment',
    epochs: 30,
    prints: /brilliant story: (9|100)\S* % good\n.*cold: \d\.\d % good$/,
  },
  { name: 'lstm-forecast', epochs: 20, prints: /unseen part: mean squared error 0\.0[0-4]/ },
  { name: 'lstm-text-generator', epochs: 80, prints: /(birch|beech)[\s\S]*willow$/ },
  {
    name: 'word2vec-neighbours',
    prints: /cat: (dog|cow|horse) .*(dog|cow|horse)[\s\S]*bread: (cheese|soup|rice)/,
  },
  { name: 'chinese-words', prints: /今天 \/ 天气 \/ 很好/ },
  { name: 'bert-hidden-states', prints: /last_hidden_state: \[1, \d+, 16\]\nhidden_states: 3 / },
  {
    name: 'bert-classifier',
    prints: /^epoch 1: loss .*\nepoch 2: .*\nepoch 3: loss \d\.\d{4}, accuracy \S+ %$/,
  },
];

it.each(programs)('$name', async ({ name, epochs, prints }) => {
  if (epochs !== undefined) vi.stubEnv('EPOCHS', String(epochs));
  vi.spyOn(process, 'argv', 'get').mockReturnValue(['node', name, tiny]);
  await import(`../${name}.ts`);
  expect(lines.join('\n')).toMatch(prints);
});
