export type { JsonSchema } from './constraints/schema-keywords.ts';
export { type GenerateOutput, generate, stream } from './generate.ts';
export type {
  GenerateOptions,
  GenerationSettings,
  TokenDecoder,
} from './options.ts';
export type { LogitsProcessor, ProcessorContext } from './processors.ts';
export type { GenerativeModel } from './session.ts';
export { releaseSessions } from './sessions.ts';
export type { StoppingCriterion } from './stop.ts';
export { computeTransitionScores } from './transition-scores.ts';
