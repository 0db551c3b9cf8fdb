/**
 * Pipelines, the command line and applications.
 *
 * @module @llm/apps
 */
export * from './corpus/index.ts';
export * from './documents/index.ts';
export * from './evaluate/index.ts';
export * from './fine-tune/index.ts';
export * from './pipelines/index.ts';
export * from './server/index.ts';
export * from './translate/index.ts';
export * from './verify/index.ts';
