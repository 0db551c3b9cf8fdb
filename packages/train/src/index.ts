/**
 * Optimizers, schedules, data, metrics and the training loop.
 *
 * @module @llm/train
 */
export {};
