/**
 * A step of fine-tuning all-MiniLM-L6-v2 (6 layers of width 384): forward, backward, clipping, AdamW; beside PyTorch,
 * and beside the step of an adapter.
 *
 * @module
 */
import { limitRow } from '../../harness/bound.ts';
import type { Case } from '../../harness/case.ts';
import { sideBySide } from '../../harness/side-by-side.ts';
import { OUR_THREADS } from '../../ours/device.ts';
import { openTorchFineTuning } from '../../peers/minilm-training.ts';
import { TORCH_2 } from '../../peers/torch.ts';
import { savedClassifier, sentences } from './model.ts';
import { openStep } from './step.ts';

const sentencesOf = (round: number) => sentences(round, 32, 128);

/** Ours beside PyTorch. */
export const fineTuning: Case = sideBySide({
  name: 'fine-tuning step of MiniLM-L6, 32×128',
  // The losses of the first two steps; the second one follows an update of all weights.
  tolerance: 1e-4,
  ours: () => openStep('full', sentencesOf),
  peers: [
    {
      name: TORCH_2,
      open: async () => openTorchFineTuning(await savedClassifier(), sentencesOf, OUR_THREADS),
      bar: 0.8,
    },
  ],
});

/** The adapter's step beside that of all weights, in time and in memory. */
export const lora: Case = {
  name: 'LoRA step of MiniLM-L6, 32×128',
  async run(context) {
    const bytes = { lora: 0, full: 0 };
    const open = async (kind: 'lora' | 'full') => {
      const contender = await openStep(kind, sentencesOf);
      bytes[kind] = contender.stateBytes;
      return contender;
    };
    const speed = sideBySide({
      name: lora.name,
      tolerance: 0,
      ours: () => open('lora'),
      peers: [{ name: 'our full step', open: () => open('full'), bar: 1.3, bound: true }],
    });
    const rows = await speed.run(context);
    const memory = limitRow(context, {
      name: `${lora.name}: memory of the optimizer`,
      unit: 'MB',
      values: [bytes.lora / 1e6],
      against: 'a tenth of the full step’s',
      limit: bytes.full / 1e7,
      threads: OUR_THREADS,
      load: null,
    });
    return [...rows, memory];
  },
};
