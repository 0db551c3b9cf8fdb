import { setDefaultDevice } from '@llm/nn';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

setDefaultDevice('wasm');
let lines: string[] = [];
beforeEach(() => {
  lines = [];
  vi.spyOn(console, 'log').mockImplementation((text: string) => {
    lines.push(text);
  });
  vi.spyOn(process.stderr, 'write').mockReturnValue(true); // the progress bar
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** Each program, with how long it trains here, and what it prints. */
const programs: readonly { name: string; steps: number; prints: RegExp }[] = [
  { name: 'causal-lm', steps: 3, prints: /before: \S+\nperplexity after: \d+\.\d\nFirst Citizen:/ },
  { name: 'bert', steps: 4, prints: /^loss before: \d\.\d\d\nloss after: \d\.\d\d$/ },
  { name: 't5', steps: 4, prints: /before: \d+\.\d\d\nloss after: \d+\.\d\d\n/ },
  {
    name: 'word2vec',
    steps: 60,
    prints: /^thou: \S+ \d\.\d\d, .*\nwar: .*\nmother: .*\nsenator: /,
  },
  {
    name: 'lstm-language-model',
    steps: 4,
    prints: /before: \S+\nbits per letter after: \d\.\d\d\nMENENIUS:/,
  },
  {
    name: 'seq2seq-attention',
    steps: 4,
    prints: /^Open File -> .*\nShow All Commands -> .*\nDelete Folder -> /,
  },
];

/** What a program measured before and after. */
const measured = () =>
  lines.flatMap((line) => / (before|after): (\S+)/.exec(line)?.[2] ?? []).map(Number);

it.each(programs)('$name', async ({ name, steps, prints }) => {
  vi.stubEnv('STEPS', String(steps));
  await import(`../${name}.ts`);
  expect(lines.join('\n')).toMatch(prints);
  const [before, after] = measured();
  if (before !== undefined) expect(after).toBeLessThan(before);
});
