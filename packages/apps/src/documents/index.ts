/**
 * Questions answered from documents.
 *
 * @module
 */
export {
  type AnswerDocumentsOptions,
  type AskOptions,
  answerDocuments,
  type DocumentAnswerer,
  type DocumentModels,
} from './answer-documents.ts';
export { cutPassages, type Passage, type PassageOptions } from './cut-passages.ts';
export type { Citation, DocumentAnswer } from './document-answer.ts';
export { type BuildOptions, type FoundPassage, PassageIndex } from './passage-index.ts';
export {
  type Document,
  type ReadDocumentsOptions,
  readDocuments,
  type SkippedFile,
} from './read-documents.ts';
