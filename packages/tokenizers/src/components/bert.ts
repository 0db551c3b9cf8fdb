/**
 * What BERT's tokenizers are made of.
 *
 * @module
 */

import { WordPieceDecoder } from '../decoders/word-piece.ts';
import { WordPiece } from '../models/word-piece.ts';
import { BertNormalizer } from '../normalizers/bert.ts';
import { BertPreTokenizer } from '../pre-tokenizers/bert.ts';
import { componentFamily } from '../text-core.ts';

/** Their readers. */
export const bert = componentFamily({
  normalizers: { BertNormalizer: BertNormalizer.read },
  preTokenizers: { BertPreTokenizer: () => new BertPreTokenizer() },
  models: { WordPiece: WordPiece.read },
  decoders: { WordPiece: WordPieceDecoder.read },
});
