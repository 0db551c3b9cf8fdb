/** A Transformer that learns to translate user-interface strings: training, scores, translations. */
export { type AttentionGrid, attentionGrid, renderGrid } from './attention-grid.ts';
export type { SpecialIds, TokenPair } from './batches.ts';
export { type Evaluation, evaluateTranslator, type TranslatorScores } from './evaluation.ts';
export { lossCurve, runningMean } from './loss-curve.ts';
export { type CardFacts, modelCard } from './model-card.ts';
export { modelFolderFiles, saveModelFolder } from './model-folder.ts';
export type { Sample } from './results.ts';
export { defaultSettings, type TranslationSettings, translationSettings } from './settings.ts';
export { prepareTask, type TranslationTask, toTask } from './task.ts';
export { type RunOptions, TranslationTraining } from './training.ts';
export { Translator, type TranslatorOptions } from './translator.ts';
