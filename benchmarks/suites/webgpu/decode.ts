/**
 * What a decoding step of a deep model launches.
 *
 * @module
 */
import { createWebGpuBackend } from '@llm/kernels-webgpu';
import { AutoModelForCausalLM, generate, releaseSessions, tensor } from '@llm/nn';
import { BackendDevice, registerDevice, setDefaultDevice } from '@llm/tensor';
import { watchLaunches } from '../../../tools/testing/launches.ts';
import { limitRow } from '../../harness/bound.ts';
import type { Case, CaseContext, Row } from '../../harness/case.ts';

/** Of the model. */
export const LAYERS = 28;
const DEVICE = 'webgpu (decoding)';

/** What one step costs, from the difference between generating more and fewer tokens. */
export interface DecodingStep {
  readonly milliseconds: number;
  readonly dispatches: number;
  readonly submits: number;
  /** GPU buffers and shaders made, which replays must not. */
  readonly created: number;
}

/** Sizes of a model of 28 layers. */
export interface DecodingModel {
  readonly hidden: number;
  readonly heads: number;
  readonly vocabulary: number;
}

/** Limits: 8 dispatches a layer, 2 submits, nothing made. */
export const decodeCases: readonly Case[] = [
  {
    name: 'decoding step, 28 layers',
    async run(context): Promise<Row[]> {
      const backend = await createWebGpuBackend({ name: DEVICE });
      backend.prologues = (rows) => rows <= 8; // counted as on a GPU, whatever the adapter
      registerDevice(DEVICE, async () => new BackendDevice(backend));
      setDefaultDevice(DEVICE);
      const step = await measureStep(backend, { hidden: 64, heads: 4, vocabulary: 128 });
      await backend.dispose();
      return [
        row(context, 'dispatches a layer', step.dispatches / LAYERS, 8),
        row(context, 'submits', step.submits, 2),
        row(context, 'buffers and shaders made', step.created, 0),
      ];
    },
  },
];

const row = (context: CaseContext, what: string, value: number, limit: number): Row =>
  limitRow(context, {
    ...{ name: `decoding step, ${LAYERS} layers: ${what}`, unit: 'count', values: [value] },
    ...{ against: 'limit', limit, threads: 1, load: null },
  });

/** A step of greedy decoding on the default device, which must be `backend`'s. */
export async function measureStep(
  backend: Awaited<ReturnType<typeof createWebGpuBackend>>,
  { hidden, heads, vocabulary }: DecodingModel,
): Promise<DecodingStep> {
  const model = await AutoModelForCausalLM.from_config({
    ...{ model_type: 'llama', num_hidden_layers: LAYERS, vocab_size: vocabulary },
    ...{ hidden_size: hidden, intermediate_size: 3 * hidden },
    ...{ num_attention_heads: heads, num_key_value_heads: heads / 2 },
    ...{ max_position_embeddings: 2048, eos_token_id: null },
  });
  // Both runs take a cache of one capacity, and so the same plan.
  const input_ids = tensor(new Int32Array(40).fill(3), [1, 40]);
  const launches = watchLaunches(backend);
  const created = () => {
    const { buffers, pipelines } = backend.created();
    return buffers + pipelines;
  };
  const run = async (max_new_tokens: number): Promise<DecodingStep> => {
    const before = { ...launches, created: created() };
    const start = performance.now();
    await generate(model, { input_ids }, { max_new_tokens });
    return {
      milliseconds: performance.now() - start,
      dispatches: launches.dispatches - before.dispatches,
      submits: launches.submits - before.submits,
      created: created() - before.created,
    };
  };
  const [few, many] = [4, 20];
  await run(many); // compiles
  const [short, long] = [await run(few), await run(many)];
  releaseSessions(model);
  const each = (name: keyof DecodingStep) => (long[name] - short[name]) / (many - few);
  return {
    milliseconds: each('milliseconds'),
    dispatches: each('dispatches'),
    submits: each('submits'),
    created: each('created'),
  };
}
