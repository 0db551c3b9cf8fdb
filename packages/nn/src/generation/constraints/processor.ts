import type { LogitsProcessor } from '../callbacks.ts';
import type { GenerateOptions, TokenDecoder } from '../options.ts';
import type { Grammar } from './expression.ts';
import { jsonGrammar } from './json-schema.ts';
import { parseRegex } from './regex.ts';
import { TokenConstraint } from './token-constraint.ts';
import { TokenTrie } from './token-trie.ts';

const never = Number.NEGATIVE_INFINITY;
const hopeless = -1e30;

/** Constraints kept per tokenizer, with the lists of tokens they have worked out. */
const kept = 8;

interface Vocabulary {
  readonly bytes: ReadonlyMap<number, Uint8Array>;
  readonly trie: TokenTrie;
  readonly constraints: Map<string, TokenConstraint>;
}

const vocabularies = new WeakMap<TokenDecoder, Vocabulary>();

/**
 * Rules out tokens by which the new text could not become one of `regex` or `json_schema`; undefined without either.
 *
 * @param ends tokens that end a text, allowed where it is complete
 * @throws TypeError without what it needs. @throws SyntaxError or TypeError for what expressions and schemas here lack
 */
export function makeConstraint(
  { regex, json_schema, tokenizer }: GenerateOptions,
  ends: readonly number[],
): LogitsProcessor | undefined {
  if (regex === undefined && json_schema === undefined) return undefined;
  if (regex !== undefined && json_schema !== undefined) {
    throw new TypeError('generate: regex and json_schema exclude each other; choose one');
  }
  if (ends.length === 0) {
    throw new TypeError('generate: regex and json_schema want an eos_token_id, to end the text by');
  }
  const constraint = constraintOf(tokenizer, String(regex ?? JSON.stringify(json_schema)), () =>
    json_schema === undefined
      ? { root: parseRegex(regex!), rules: new Map() }
      : jsonGrammar(json_schema),
  );
  return (ids, scores, { promptLength }) => {
    const added = ids.slice(promptLength);
    if (added.some((id) => ends.includes(id))) return;
    const state = constraint.stateAfter(added);
    // Only beam search gets here, which carries ruled-out texts along; finite, so that they can be normalized.
    if (state === undefined) return void scores.fill(hopeless);
    const tokens = constraint.allowed(state).filter((id) => !ends.includes(id));
    const allowed = [...tokens, ...(constraint.accepts(state) ? ends : [])];
    if (allowed.length === 0) {
      throw new Error(
        'generate: the vocabulary has no token by which the text could go on towards its regex or json_schema',
      );
    }
    keepOnly(scores, allowed);
  };
}

/** Rules out all other tokens. Where other options ruled out all of these, the constraint goes first. */
function keepOnly(scores: Float32Array, allowed: readonly number[]): void {
  const isOpen = allowed.some((id) => scores[id]! > never);
  const values = allowed.map((id) => (isOpen ? scores[id]! : 0));
  scores.fill(never);
  allowed.forEach((id, i) => {
    if (id < scores.length) scores[id] = values[i]!;
  });
}

function constraintOf(
  tokenizer: TokenDecoder | undefined,
  key: string,
  grammar: () => Grammar,
): TokenConstraint {
  const { constraints, bytes, trie } = vocabularyOf(tokenizer);
  const known = constraints.get(key);
  if (known) return known;
  const made = new TokenConstraint(grammar(), bytes, trie);
  const [oldest] = constraints.keys();
  if (constraints.size >= kept) constraints.delete(oldest!);
  constraints.set(key, made);
  return made;
}

function vocabularyOf(tokenizer: TokenDecoder | undefined): Vocabulary {
  if (!tokenizer?.token_bytes) {
    throw new TypeError(
      'generate: regex and json_schema want the tokenizer too, with token_bytes(): { tokenizer, regex }',
    );
  }
  const known = vocabularies.get(tokenizer);
  if (known) return known;
  const bytes = tokenizer.token_bytes();
  const made = { bytes, trie: new TokenTrie(bytes), constraints: new Map() };
  vocabularies.set(tokenizer, made);
  return made;
}
