import { Registry } from '../json/registry.ts';
import { BPE } from './bpe.ts';
import type { TokenModel } from './model.ts';
import { Unigram } from './unigram.ts';
import { WordLevel } from './word-level.ts';
import { WordPiece } from './word-piece.ts';

/** The models that tokenizer.json may name. */
export const models = new Registry<TokenModel>('model', {
  BPE: BPE.read,
  Unigram: Unigram.read,
  WordLevel: WordLevel.read,
  WordPiece: WordPiece.read,
});
