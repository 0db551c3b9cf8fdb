/**
 * llama.cpp on the CPU, through node-llama-cpp: SmolLM2-135M from the GGUF file that ours reads.
 *
 * @module
 */
import { smollm2 } from '../../tools/pretrained/weights.ts';
import type { Contender } from '../harness/case.ts';
import { importPeer, peerVersion } from './install.ts';

/** Name of its rows. */
export const LLAMA_CPP = 'node-llama-cpp';
const VERSION = '3.22.1';

/** The part of node-llama-cpp that is used here. */
interface NodeLlamaCpp {
  getLlama(options: { gpu: false; build: 'never'; logLevel: 'error' }): Promise<{
    loadModel(options: { modelPath: string }): Promise<{
      createContext(options: {
        contextSize: number;
        batchSize: number;
        threads: { ideal: number; min: number };
      }): Promise<{ getSequence(): Sequence }>;
    }>;
    dispose(): Promise<void>;
  }>;
}

interface Sequence {
  clearHistory(): Promise<void>;
  evaluateWithoutGeneratingNewTokens(tokens: readonly number[]): Promise<void>;
  evaluate(
    tokens: readonly number[],
    options: { temperature: number; yieldEogToken: boolean },
  ): AsyncGenerator<number>;
}

/** What of a greedy continuation is timed. */
export type Timed = 'prompt' | 'each new token';

/**
 * Goes on from a prompt with the likeliest tokens. The result of a run is the new tokens.
 *
 * @param tokens how many follow the prompt
 * @param timed the prompt up to its first new token, or the mean of the tokens that follow that one
 */
export async function openLlamaCpp(
  prompt: readonly number[],
  tokens: number,
  timed: Timed,
  threads: number,
): Promise<Contender> {
  const { getLlama } = await importPeer<NodeLlamaCpp>(
    LLAMA_CPP,
    VERSION,
    'dist/index.js',
    `@node-llama-cpp/${platform()}`,
  );
  const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error' });
  const model = await llama.loadModel({ modelPath: `${smollm2.folder}/${smollm2.file}` });
  const context = await model.createContext({
    contextSize: prompt.length + tokens,
    batchSize: 512,
    threads: { ideal: threads, min: threads },
  });
  const sequence = context.getSequence();
  const greedy = { temperature: 0, yieldEogToken: true };
  let generated: number[] = [];
  return {
    name: LLAMA_CPP,
    version: peerVersion(LLAMA_CPP),
    threads,
    async prepare() {
      await sequence.clearHistory();
      if (timed === 'each new token') {
        await sequence.evaluateWithoutGeneratingNewTokens(prompt.slice(0, -1));
      }
    },
    async run() {
      generated = [];
      const input = timed === 'prompt' ? prompt : prompt.slice(-1);
      let begin = performance.now();
      let milliseconds = 0;
      for await (const token of sequence.evaluate(input, greedy)) {
        generated.push(token);
        milliseconds = performance.now() - begin;
        if (timed === 'each new token' && generated.length === 1) begin = performance.now();
        if (generated.length === tokens) break;
      }
      return timed === 'prompt' ? milliseconds : milliseconds / (tokens - 1);
    },
    result: async () => generated,
    close: () => llama.dispose(),
  };
}

/** This platform as node-llama-cpp's packages name it. */
function platform(): string {
  const { platform: system, arch } = process;
  if (system === 'darwin') return arch === 'arm64' ? 'mac-arm64-metal' : `mac-${arch}`;
  return `${system === 'win32' ? 'win' : system}-${arch}`;
}
