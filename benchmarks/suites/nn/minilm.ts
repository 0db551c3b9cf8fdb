/**
 * Sentence embeddings of all-MiniLM-L6-v2 (6 layers of width 384) on the CPU. The clock covers the model, from ids to
 * the last hidden states as a JavaScript array. The peers are the runtimes below transformers.js, without its own work.
 *
 * @module
 */
import { AutoModel, compile, type Tensor, tensor } from '@llm/nn';
import { installWeights, minilm } from '../../../tools/pretrained/weights.ts';
import { type Case, type Contender, Unavailable } from '../../harness/case.ts';
import { sideBySide } from '../../harness/side-by-side.ts';
import { OUR_THREADS, ourVersion, useWasm } from '../../ours/device.ts';
import { openOrtMinilm, openTorchMinilm, type Tokens, type TokensOf } from '../../peers/minilm.ts';
import { TORCH_2 } from '../../peers/torch.ts';

const LENGTH = 128;
/** Ids of whole words in the vocabulary. */
const WORDS = { first: 1996, count: 25_000 };

/** One case per size of the batch. */
export const minilmCases: readonly Case[] = [1, 32].map((batch) => {
  const tokensOf = (round: number) => tokens(round, batch);
  return sideBySide({
    name: `MiniLM-L6 ${batch}×${LENGTH}`,
    tolerance: 1e-4,
    // Short runs spread by half: medians of ten differ by a tenth.
    rounds: batch === 1 ? 40 : 10,
    ours: () => openOurs(tokensOf),
    peers: [
      {
        name: 'onnxruntime-node',
        open: () => openOrtMinilm('onnxruntime-node', tokensOf, OUR_THREADS),
        bar: 0.6,
      },
      {
        name: 'onnxruntime-web',
        open: () => openOrtMinilm('onnxruntime-web', tokensOf, OUR_THREADS),
        bar: 2,
      },
      { name: TORCH_2, open: () => openTorchMinilm(tokensOf, OUR_THREADS), bar: 0.8 },
    ],
  });
});

/** The same tokens for every contender in a round. */
function tokens(round: number, batch: number): Tokens {
  const ids = Int32Array.from({ length: batch * LENGTH }, (_, i) => {
    return WORDS.first + ((i * 7919 + round * 104_729) % WORDS.count);
  });
  return { batch, length: LENGTH, ids };
}

async function openOurs(tokensOf: TokensOf): Promise<Contender> {
  useWasm();
  try {
    installWeights();
  } catch (error) {
    throw new Unavailable('absent', (error as Error).message);
  }
  const model = await AutoModel.from_pretrained(minilm);
  const forward = compile(
    (input_ids: Tensor, attention_mask: Tensor) =>
      model.forward({ input_ids, attention_mask }).last_hidden_state,
  );
  let inputs: [Tensor, Tensor] | undefined;
  let states = new Float32Array();
  return {
    name: 'ours',
    version: ourVersion(),
    threads: OUR_THREADS,
    async prepare(round) {
      const { ids, batch, length } = tokensOf(round);
      const mask = new Int32Array(ids.length).fill(1);
      inputs = [tensor(ids, [batch, length]), tensor(mask, [batch, length])];
    },
    async run() {
      const start = performance.now();
      const output = await forward(...inputs!);
      states = (await output.data()) as Float32Array<ArrayBuffer>;
      const milliseconds = performance.now() - start;
      output.dispose();
      return milliseconds;
    },
    result: async () => states,
    async close() {
      for (const parameter of model.parameters()) parameter.dispose();
    },
  };
}
