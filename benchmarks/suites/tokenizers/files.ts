/**
 * The tokenizer.json files of the suite: those that the tests have.
 *
 * @module
 */
import {
  ASSET_TOKENIZERS,
  type AssetTokenizer,
} from '../../../packages/tokenizers/test/support/asset-tokenizers.ts';
import { installAssets } from '../../../packages/tokenizers/test/support/assets.ts';
import { REAL_FILES } from '../../../packages/tokenizers/test/support/real-files.ts';
import { Unavailable } from '../../harness/case.ts';

/** Text of a tokenizer.json by the name of its model. */
export const FILES = {
  'GPT-2': () => JSON.stringify(REAL_FILES['GPT-2']!()),
  BERT: () => JSON.stringify(REAL_FILES['BERT uncased']!()),
  unigram: () => asset('ALBERT'),
  'Llama 3': () => asset('Llama 3'),
  cl100k: () => asset('cl100k'),
  o200k: () => asset('o200k'),
  'Gemma 3': () => asset('Gemma 3'),
} as const;

/** Name of a file. */
export type FileName = keyof typeof FILES;

function asset(name: AssetTokenizer): string {
  const missing = installAssets();
  if (missing !== undefined) throw new Unavailable('absent', missing);
  return ASSET_TOKENIZERS[name]();
}
