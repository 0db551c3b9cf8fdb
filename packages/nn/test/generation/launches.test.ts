import { createWebGpuBackend, type WebGpuBackend } from '@llm/kernels-webgpu';
import { BackendDevice, registerDevice, setDefaultDevice, tensor } from '@llm/tensor';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { full } from '../../../../tools/testing/full.ts';
import { type Launches, watchLaunches } from '../../../../tools/testing/launches.ts';
import { describeWebGpu } from '../../../../tools/testing/webgpu.ts';
import { AutoModelForCausalLM, generate, releaseSessions } from '../../src/index.ts';

describeWebGpu('a step of decoding', () => {
  let backend: WebGpuBackend;
  let counts: Launches;
  beforeAll(async () => {
    backend = await createWebGpuBackend();
    backend.prologues = (rows) => rows <= 8; // as on a GPU
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
  async function stepOf(model_type: 'llama' | 'qwen3', layers: number) {
    const model = await AutoModelForCausalLM.from_config({
      ...{ model_type, num_hidden_layers: layers, vocab_size: 32 },
      ...{ hidden_size: 32, intermediate_size: 64, head_dim: 8 },
      ...{ num_attention_heads: 4, num_key_value_heads: 2, eos_token_id: null },
    });
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
    const [few, many] = [await run(3), await run(7)];
    releaseSessions(model);
    const each = (name: keyof typeof few) => (many[name] - few[name]) / 4;
    return {
      dispatches: each('dispatches'),
      submits: each('submits'),
      created: each('created'),
    };
  }

  it.each([
    ['llama', 8],
    // Heads are normalized by kernels between the projections and the rotations.
    ...(full ? ([['qwen3', 9]] as const) : []),
  ] as const)(
    'of %s takes %d launches a layer, 2 submits, and makes nothing',
    async (family, most) => {
      const layers = 3;
      const { dispatches, submits, created } = await stepOf(family, layers);
      // Positions and their rotations, the embedding, the head and its choice come once.
      expect(dispatches).toBeLessThanOrEqual(most * layers + 4);
      expect(submits).toBeLessThanOrEqual(2);
      expect(created).toBe(0);
    },
  );
});
