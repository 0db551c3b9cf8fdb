import { bert } from './bert.ts';
import { byteLevel } from './byte-level.ts';
import { type Components, componentsOf } from './components.ts';
import { composed } from './composed.ts';
import { others } from './others.ts';
import { patterns } from './patterns.ts';
import { sentenceEnds } from './sentence-ends.ts';
import { sentencePiece } from './sentence-piece.ts';

/** All families of components. */
export const families = {
  byteLevel,
  sentencePiece,
  patterns,
  bert,
  composed,
  sentenceEnds,
  others,
};

/** Every component that tokenizer.json may name. */
export const allComponents: Components = componentsOf(Object.values(families));
