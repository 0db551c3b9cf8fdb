import type { AnyObject } from './files.ts';

/** Characters that have tokens of their own in {@link characterFile}. */
const KNOWN = Array.from(' abcdehlosz.,0123456789▁Ġéß你🙂');

/**
 * A tokenizer.json whose model gives one token for each character, so that its offsets show what
 * the other components did with each.
 */
export function characterFile(components: AnyObject): AnyObject {
  const tokens = ['<unk>', ...KNOWN];
  return {
    version: '1.0',
    added_tokens: [],
    ...components,
    model: {
      type: 'BPE',
      unk_token: '<unk>',
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: [],
    },
  };
}
