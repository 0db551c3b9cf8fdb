/**
 * One training step of a GPT: forward, backward, clip, AdamW, the loss read back. All sides start from the
 * same weights and see the same tokens; the losses of the first steps must agree.
 *
 * @module
 */
import { type GptConfig, large, small } from '../../gpt/config.ts';
import { openJaxGpt } from '../../gpt/jax.ts';
import { openOurGpt } from '../../gpt/ours.ts';
import { asContender, type GptTrainer } from '../../gpt/step.ts';
import { openTfjsGpt } from '../../gpt/tfjs.ts';
import { initialWeights, type Weight } from '../../gpt/weights.ts';
import type { Case, Open } from '../../harness/case.ts';
import { sideBySide } from '../../harness/side-by-side.ts';
import { OUR_THREADS } from '../../ours/device.ts';
import { JAX } from '../../peers/jax.ts';
import { TFJS } from '../../peers/tfjs.ts';
import { openTorchGpt, TORCH, TORCH_2 } from '../../peers/torch.ts';

type OpenGpt = (config: GptConfig, weights: ReadonlyMap<string, Weight>) => Promise<GptTrainer>;

/** A row's name for a configuration. */
export function describeGpt({ layers, heads, width, context, batch }: GptConfig): string {
  return `${layers} layers, ${heads} heads, width ${width}, context ${context}, batch ${batch}`;
}

/** One case per size. */
export const gptStepCases: readonly Case[] = [large, small].map((config) => {
  const open =
    (openGpt: OpenGpt): Open =>
    async () =>
      asContender(await openGpt(config, initialWeights(config, 1)), config);
  const openTorch = (name: typeof TORCH | typeof TORCH_2) =>
    open((...model) => openTorchGpt(name, ...model, OUR_THREADS));
  return sideBySide({
    name: `GPT step: ${describeGpt(config)}`,
    warmUp: 3,
    // losses; after three updates the rounding of either side has grown, so not tighter
    tolerance: 1e-4,
    ours: open(openOurGpt),
    peers: [
      { name: TORCH, open: openTorch(TORCH), bar: 1 },
      { name: TORCH_2, open: openTorch(TORCH_2) },
      { name: JAX, open: open(openJaxGpt), bar: 3 },
      { name: TFJS, open: open(openTfjsGpt) },
    ],
  });
});
