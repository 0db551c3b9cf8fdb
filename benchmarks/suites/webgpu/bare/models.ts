import type { WebGpuBackend } from '@llm/kernels-webgpu';
import { setDefaultDevice } from '@llm/tensor';
import type { GptConfig } from '../../../gpt/config.ts';
import { openOurGpt } from '../../../gpt/ours.ts';
import { randomBatch } from '../../../gpt/step.ts';
import { initialWeights } from '../../../gpt/weights.ts';
import { median } from '../../../harness/statistics.ts';
import { LAYERS, measureStep } from '../decode.ts';
import type { Figures } from './figures.ts';

/** GPT-2's smallest, in nanoGPT's words. */
const gpt2: GptConfig = {
  ...{ layers: 12, heads: 12, width: 768, context: 1024, batch: 8, vocabulary: 50304 },
};
const tiny: GptConfig = { layers: 2, heads: 2, width: 64, context: 64, batch: 2, vocabulary: 256 };

/** Milliseconds of a training step of GPT-2 124M on 8 × 1024 tokens. */
export async function measureTraining(
  figures: Figures,
  device: string,
  quick: boolean,
): Promise<void> {
  const config = quick ? tiny : gpt2;
  const trainer = await openOurGpt(config, initialWeights(config, 1), () =>
    setDefaultDevice(device),
  );
  const times: number[] = [];
  const losses: number[] = [];
  for (let round = 0; round < (quick ? 3 : 8); round += 1) {
    const { loss, milliseconds } = await trainer.step(randomBatch(config, round), 1e-4);
    losses.push(loss);
    if (round > 1) times.push(milliseconds);
  }
  await trainer.close();
  const chance = Math.log(config.vocabulary);
  if (!(Math.abs(losses[0]! - chance) < 0.5)) {
    throw new Error(`the loss of random weights is ${losses[0]}, should be about ${chance}`);
  }
  const name = quick ? 'tiny GPT' : 'GPT-2 124M';
  figures.add(
    `${name} training step, ${config.batch}×${config.context}`,
    median(times),
    'ms',
    `loss ${losses[0]!.toFixed(3)}`,
  );
}

/** A decoding step of a model of 28 layers: its dispatches, submits, and time. */
export async function measureDecoding(
  figures: Figures,
  backend: WebGpuBackend,
  quick: boolean,
): Promise<void> {
  const sizes = quick
    ? { hidden: 64, heads: 4, vocabulary: 128 }
    : { hidden: 1024, heads: 16, vocabulary: 32000 };
  const { milliseconds, dispatches, submits } = await measureStep(backend, sizes);
  figures.add(`decoding, ${LAYERS} layers of ${sizes.hidden}`, milliseconds, 'ms a token');
  figures.add('… dispatches', dispatches / LAYERS, 'a layer', `${dispatches} in all`);
  figures.add('… submits', submits, 'a token');
}
