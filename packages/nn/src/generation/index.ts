/**
 * Generation of texts, for a page that names the family of its model; `@llm/nn` exports it too.
 *
 * @module @llm/nn/generation
 */
export type { LogitsProcessor, ProcessorContext, StoppingCriterion } from './callbacks.ts';
export type { JsonSchema } from './constraints/schema-keywords.ts';
export { type GenerateOutput, generate, stream } from './generate.ts';
export type {
  GenerateOptions,
  GenerationSettings,
  TokenDecoder,
} from './options.ts';
export type { Prompts } from './prompts.ts';
export type { GenerativeModel } from './session.ts';
export { releaseSessions } from './sessions.ts';
export { computeTransitionScores } from './transition-scores.ts';
