/**
 * What BERT's tokenizers are made of.
 *
 * @module
 */
import { WordPieceDecoder } from '../decoders/word-piece.ts';
import { WordPiece } from '../models/word-piece.ts';
import { BertNormalizer } from '../normalizers/bert.ts';
import { BertPreTokenizer } from '../pre-tokenizers/punctuation.ts';
import type { ComponentReaders } from './components.ts';

/** Their readers. */
export const bert = {
  normalizers: { BertNormalizer: BertNormalizer.read },
  preTokenizers: { BertPreTokenizer: () => new BertPreTokenizer() },
  models: { WordPiece: WordPiece.read },
  decoders: { WordPiece: WordPieceDecoder.read },
} satisfies ComponentReaders;
