import {
  createWebGpuBackend,
  type WebGpuBackend,
  type WebGpuBackendOptions,
} from '@llm/kernels-webgpu';
import { BackendDevice, registerDevice, setDefaultDevice, tensor } from '@llm/tensor';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { full } from '../../../../tools/testing/full.ts';
import { type Launches, watchLaunches } from '../../../../tools/testing/launches.ts';
import { describeWebGpu } from '../../../../tools/testing/webgpu.ts';
import { AutoModelForCausalLM, generate, quantize, releaseSessions } from '../../src/index.ts';

/** Sizes of a tiny model, under the names that most families have for them, and under GPT-2's. */
const sizes = {
  ...{ hidden_size: 32, intermediate_size: 64, head_dim: 8 },
  ...{ num_attention_heads: 4, num_key_value_heads: 2 },
};
const gpt2Sizes = { n_embd: 32, n_head: 4, n_positions: 64 };

/** Launches of a layer by family and weights; shaders of ten buffers are what many a GPU's driver offers. */
const table = {
  llama: { all: 7, ten: { f32: 7, q8: 9, q4: 9 } },
  qwen2: { all: 7, ten: { f32: 7, q8: 9, q4: 11 } },
  phi3: { all: 8, ten: { f32: 8, q8: 8, q4: 8 } }, // gate and up are one product, so its halves meet in another kernel
  qwen3: { all: 8, ten: { f32: 8, q8: 10, q4: 11 } }, // norms of heads lie between projections and rotations
  gemma3_text: { all: 10, ten: { f32: 10, q8: 12, q4: 13 } }, // those, and a norm after each sublayer
  gpt2: { all: 9, ten: { f32: 9, q8: 9, q4: 9 } }, // a norm with a mean is a kernel of its own
} as const;
type Family = keyof typeof table;
const allWeights = ['f32', 'q8', 'q4'] as const;
type Weights = (typeof allWeights)[number];
type Case = readonly [Family, Weights, launches: number];
const casesOf = (launches: (family: Family, weights: Weights) => number): Case[] =>
  (Object.keys(table) as Family[]).flatMap((family) =>
    allWeights.map((weights): Case => [family, weights, launches(family, weights)]),
  );
const all = casesOf((family) => table[family].all);

/** A device, and what is counted on it. */
interface Counted {
  readonly name: string;
  readonly options?: WebGpuBackendOptions;
  /** Whether products of so many rows normalize theirs. */
  readonly prologues?: (rows: number) => boolean;
  readonly cases: readonly Case[];
}

const devices: Counted[] = [
  { name: 'a step of decoding', cases: full ? all : all.slice(0, 1) },
  {
    name: 'a step of decoding with ten buffers a shader',
    options: { kernelLimits: { maxStorageBuffersPerShaderStage: 10 } },
    cases: full ? casesOf((family, weights) => table[family].ten[weights]) : [],
  },
  {
    name: 'a step of decoding with norms by themselves, as on a software adapter',
    prologues: () => false,
    cases: full ? [['llama', 'f32', 9]] : [],
  },
];

for (const device of devices.filter((each) => each.cases.length > 0)) {
  describeWebGpu(device.name, () => countLaunches(device));
}

function countLaunches({ options, prologues = (rows) => rows <= 8, cases }: Counted): void {
  let backend: WebGpuBackend;
  let counts: Launches;
  beforeAll(async () => {
    backend = await createWebGpuBackend(options);
    backend.prologues = prologues; // by default as on a GPU
    counts = watchLaunches(backend);
    registerDevice('webgpu', async () => new BackendDevice(backend));
    setDefaultDevice('webgpu');
  });
  afterAll(() => backend.dispose());

  const created = () => {
    const { buffers, pipelines } = backend.created();
    return buffers + pipelines;
  };

  /** Launches of one step, and what it makes, from the difference between generating more and fewer tokens with one cache. */
  async function stepOf(model_type: Family, weights: Weights, layers: number) {
    const model = await AutoModelForCausalLM.from_config({
      ...{ model_type, vocab_size: 32 },
      ...{ bos_token_id: 1, eos_token_id: null, pad_token_id: 0 },
      ...(model_type === 'gpt2'
        ? { ...gpt2Sizes, n_layer: layers }
        : { ...sizes, num_hidden_layers: layers }),
    });
    if (weights !== 'f32') await quantize(model, weights);
    const input_ids = tensor(new Int32Array(40).fill(3), [1, 40]);
    const run = async (max_new_tokens: number) => {
      const before = { ...counts, created: created() };
      await generate(model, { input_ids }, { max_new_tokens });
      const { dispatches, submits } = counts;
      return {
        dispatches: dispatches - before.dispatches,
        submits: submits - before.submits,
        created: created() - before.created,
      };
    };
    await run(7); // compiles
    const measure = async () => {
      const [few, many] = [await run(3), await run(7)];
      const each = (name: keyof typeof few) => (many[name] - few[name]) / 4;
      return {
        dispatches: each('dispatches'),
        submits: each('submits'),
        created: each('created'),
      };
    };
    // A buffer that waits for the garbage collector is used again only later: then one more is made, once.
    let step = await measure();
    for (let tries = 1; tries < 3 && step.created > 0; tries++) step = await measure();
    releaseSessions(model);
    return step;
  }

  it.each(cases)(
    'of %s in %s takes %d launches a layer, 2 submits, and makes nothing',
    async (family, weights, launches) => {
      const [one, three] = [await stepOf(family, weights, 1), await stepOf(family, weights, 3)];
      expect((three.dispatches - one.dispatches) / 2).toBe(launches);
      expect(three.submits).toBeLessThanOrEqual(2);
      expect(three.created).toBe(0);
    },
  );
}
