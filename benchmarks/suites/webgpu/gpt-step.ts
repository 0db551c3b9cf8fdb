/**
 * One training step of suite `wasm`'s GPTs on WebGPU. Both sides start from the same weights and see the same
 * tokens; the losses of the first steps must agree.
 *
 * @module
 */
import { small } from '../../gpt/config.ts';
import { openJaxGpt } from '../../gpt/jax.ts';
import { openOurGpt } from '../../gpt/ours.ts';
import { asContender } from '../../gpt/step.ts';
import { initialWeights } from '../../gpt/weights.ts';
import type { Case } from '../../harness/case.ts';
import { sideBySide } from '../../harness/side-by-side.ts';
import { JAX } from '../../peers/jax.ts';
import { describeGpt } from '../wasm/gpt-step.ts';
import { useWebGpu } from './device.ts';

/** The small size: the large one takes minutes a step on a software adapter. */
export const gptStepCases: readonly Case[] = [small].map((config) =>
  sideBySide({
    name: `GPT step: ${describeGpt(config)}`,
    warmUp: 3,
    tolerance: 1e-4, // losses; after three updates the rounding of either side has grown
    ours: async () =>
      asContender(await openOurGpt(config, initialWeights(config, 1), useWebGpu), config),
    peers: [
      {
        name: JAX,
        open: async () => {
          useWebGpu();
          return asContender(await openJaxGpt(config, initialWeights(config, 1), 'webgpu'), config);
        },
        bar: 3,
      },
    ],
  }),
);
