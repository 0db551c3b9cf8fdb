import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { env } from '@llm/hub';
import { setDefaultDevice } from '@llm/nn';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { startTinyHub } from '../../../tools/documents/tiny-hub.ts';
import type { HubServer } from '../../../tools/testing/hub-server.ts';

setDefaultDevice('wasm');
let hub: HubServer;
let folder: string;
let output = '';
beforeAll(async () => {
  hub = await startTinyHub();
  env.remoteHost = hub.host;
  folder = await mkdtemp(join(tmpdir(), 'llm-example-'));
  vi.stubEnv('HF_HUB_CACHE', join(folder, 'cache'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await hub.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  output = '';
  vi.spyOn(console, 'log').mockImplementation((...texts: unknown[]) => {
    output += `${texts.join(' ')}\n`;
  });
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Each program with its arguments, and what it prints; models are tiny, with random weights. */
const programs: readonly {
  name: string;
  args?: () => string[];
  settings?: Readonly<Record<string, string>>;
  prints: RegExp;
}[] = [
  { name: 'translation', prints: /^Open the file -> .*\nWhere .* -> .*\nI would .* -> .*\n$/ },
  {
    name: 'question-answering',
    prints: /^Where is the gate\? .+ \(\d+\.\d %, characters \d+ to \d+\)\n/,
  },
  {
    name: 'classification',
    prints: /^The soup .* \w+ \(\d\.\d{3}\), (food|travel|politics)\nWhat /,
  },
  { name: 'named-entities', prints: /Ada.*Society/ },
  {
    name: 'part-of-speech',
    prints:
      /^epoch 20: loss .*\nepoch 40: .*\nepoch 60: loss 0\.\d+\nthe\/DET old\/ADJ dog\/NOUN reads\/VERB a\/DET letter\/NOUN\n$/,
  },
  { name: 'chat', prints: /^you: [\s\S]*you: $/ },
  { name: 'semantic-search', prints: /^(\d\.\d{3} {2}.+\n){3}$/ },
  {
    name: 'lora',
    args: () => ['HuggingFaceTB/SmolLM2-135M-Instruct', join(folder, 'lora')],
    settings: { EPOCHS: '2' },
    prints: /^\d+\.\d\d % of the weights learned, loss \d+\.\d+\nAhoy! The/,
  },
  {
    name: 'custom-model',
    args: () => [join(folder, 'sorter')],
    settings: { STEPS: '30' },
    prints: /step 30: loss \d\.\d+\n3,1,4,1,5,9 -> (\d,){5}\d\n$/,
  },
];

it.each(programs)('$name', async ({ name, args, settings = {}, prints }) => {
  for (const [key, value] of Object.entries(settings)) vi.stubEnv(key, value);
  vi.spyOn(process, 'argv', 'get').mockReturnValue(['node', name, ...(args?.() ?? [])]);
  vi.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from(['Hello\n', '\n']) as never);
  await import(`../${name}.ts`);
  expect(output).toMatch(prints);
});
