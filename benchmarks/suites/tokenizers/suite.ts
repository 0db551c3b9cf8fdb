/**
 * Suite `tokenizers`: texts to ids, without special tokens, against the Rust library on one thread and
 * the tokenizers of the JavaScript world; loading, training, and what must not grow. All contenders see
 * the same documents in the same order.
 *
 * @module
 */
import type { Suite } from '../../harness/case.ts';
import { encodeCase } from './encode.ts';
import type { FileName } from './files.ts';
import { linearCase, memoryCase } from './limits.ts';
import { loadCase } from './load.ts';
import type { TextName } from './texts.ts';
import { training } from './training.ts';

const TEXTS: readonly TextName[] = ['English', 'Chinese', 'code'];
const MODELS: readonly FileName[] = ['GPT-2', 'Llama 3', 'BERT', 'unigram'];

/** All cases, in the order of the table. */
export const tokenizers: Suite = {
  name: 'tokenizers',
  cases: [
    ...MODELS.flatMap((file) => TEXTS.map((text) => encodeCase(file, text, false))),
    ...(['cl100k', 'o200k'] as const).flatMap((file) =>
      TEXTS.map((text) => encodeCase(file, text, false)),
    ),
    ...MODELS.map((file) => encodeCase(file, 'English', true)),
    ...MODELS.flatMap((file) => [linearCase(file, 'one letter'), linearCase(file, 'base64')]),
    ...(['GPT-2', 'unigram'] as const).map(memoryCase),
    loadCase('Gemma 3'),
    training,
  ],
};
