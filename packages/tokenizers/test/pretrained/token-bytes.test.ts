import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { readTokenizerJson } from '../../src/components/index.ts';
import { createTokenizer, type Json, type PreTrainedTokenizer } from '../../src/index.ts';
import { anyText } from '../support/texts.ts';
import { trainedTokenizer } from '../support/trained.ts';

const join = (tokenizer: PreTrainedTokenizer, ids: readonly number[]) => {
  const bytes = tokenizer.token_bytes();
  return Uint8Array.from(ids.flatMap((id) => [...(bytes.get(id) ?? [])]));
};

/** A small tokenizer whose decoder is given. */
function withDecoder(tokens: readonly string[], decoder: Json): PreTrainedTokenizer {
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  const model = { type: 'WordLevel', vocab, unk_token: tokens[0]! };
  return createTokenizer(readTokenizerJson({ version: '1.0', model, decoder }));
}

describe('token_bytes', () => {
  let tokenizer: PreTrainedTokenizer;
  beforeAll(async () => {
    tokenizer = await trainedTokenizer();
  });

  it('puts texts together from their tokens', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const ids = tokenizer.encode(text, { add_special_tokens: false });
        const want = new TextEncoder().encode(tokenizer.decode(ids, { skip_special_tokens: true }));
        expect(join(tokenizer, ids)).toEqual(want);
      }),
      { numRuns: 50 },
    );
  });

  it('leaves special tokens out', () => {
    const bytes = tokenizer.token_bytes();
    for (const id of tokenizer.all_special_ids) expect(bytes.has(id)).toBe(false);
    expect(bytes.size).toBe(tokenizer.total_size - tokenizer.all_special_ids.length);
  });

  it('reads the marks of every decoder', () => {
    const text = (made: PreTrainedTokenizer, id: number) =>
      new TextDecoder().decode(made.token_bytes().get(id));
    const pieces = withDecoder(['[UNK]', 'play', '##ing'], {
      type: 'WordPiece',
      prefix: '##',
      cleanup: false,
    });
    expect([1, 2].map((id) => text(pieces, id))).toEqual([' play', 'ing']);
    const spaced = withDecoder(['<unk>', '▁play', 'ing', '<0xE2>'], {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    });
    expect([1, 2].map((id) => text(spaced, id))).toEqual([' play', 'ing']);
    expect(spaced.token_bytes().get(3)).toEqual(Uint8Array.of(0xe2));
  });
});
