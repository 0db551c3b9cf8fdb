import { writeTokenizerJson } from '../../src/components/index.ts';
import type { PreTrainedTokenizer } from '../../src/index.ts';

/** Any JSON object, for breaking it. */
// biome-ignore lint/suspicious/noExplicitAny: tests break files in ways that types forbid
export type AnyObject = Record<string, any>;

/** A tokenizer.json as a parsed object, changed by `edit`. */
export function editedFile(
  tokenizer: PreTrainedTokenizer,
  edit: (file: AnyObject) => void = () => {},
): AnyObject {
  const file = JSON.parse(writeTokenizerJson(tokenizer.backend)) as AnyObject;
  edit(file);
  return file;
}
