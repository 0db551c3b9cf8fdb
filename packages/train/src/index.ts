/**
 * Optimizers, schedules, data, metrics and the training loop.
 *
 * @module @llm/train
 */
export { clipFactor, clipGradNorm, clipGradValue, gradNorm } from './clip.ts';
export * from './collators/index.ts';
export * from './data/index.ts';
export * from './logs/index.ts';
export * from './loop/index.ts';
export * from './metrics/index.ts';
export * from './objectives/index.ts';
export * from './optimizers/index.ts';
export * from './peft/index.ts';
export * from './schedules/index.ts';
export * from './trainer/index.ts';
