/**
 * Suite `train`: steps of fine-tuning, and what the trainer adds to them.
 *
 * @module
 */
import type { Suite } from '../../harness/case.ts';
import { fineTuning, lora } from './fine-tuning.ts';
import { accumulation, logging } from './trainer.ts';

/** All cases, in the order of the table. */
export const train: Suite = { name: 'train', cases: [fineTuning, lora, accumulation, logging] };
