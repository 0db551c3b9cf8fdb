import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeTokenizerJson } from '../src/components/index.ts';
import { type PreTrainedTokenizer, trainByteLevelBPE } from '../src/index.ts';
import { Oracle, ourDetails, sameUnicode } from './support/oracle.ts';
import { anyText, compilerMessages, HARD_TEXTS } from './support/texts.ts';
import { trainedTokenizer } from './support/trained.ts';

/** Text as UTF-8 can hold it: half characters become U+FFFD. */
const wellFormed = (text: string) => Buffer.from(text).toString();

let tokenizer: PreTrainedTokenizer;
let oracle: Oracle;
beforeAll(async () => {
  tokenizer = await trainedTokenizer();
  oracle = new Oracle(writeTokenizerJson(tokenizer.backend));
});

describe('encode and decode', () => {
  it.each(HARD_TEXTS)('agree with the Rust library on %j', async (text) => {
    const ids = tokenizer.encode(text);
    expect(ids).toEqual(await oracle.encode(text));
    expect(tokenizer.decode(ids)).toBe(await oracle.decode(ids, false));
    const plain = tokenizer.encode(text, { add_special_tokens: false });
    expect(plain).toEqual(await oracle.encode(text, { addSpecialTokens: false }));
    expect(tokenizer.decode(plain)).toBe(wellFormed(text));
  });

  it('agree with the Rust library on random text, alone and in pairs', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyText.filter(sameUnicode),
        anyText.filter(sameUnicode),
        async (text, pair) => {
          expect(tokenizer.encode(text)).toEqual(await oracle.encode(text));
          expect(
            ourDetails(tokenizer.backend.encode(text, pair, { places: 'code_point' })),
          ).toEqual(await oracle.encodeFully(text, pair));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('decode any ids as the Rust library does', async () => {
    const id = fc.nat(tokenizer.vocab_size + 5);
    await fc.assert(
      fc.asyncProperty(fc.array(id), fc.boolean(), async (ids, skip_special_tokens) => {
        expect(tokenizer.decode(ids, { skip_special_tokens })).toBe(
          await oracle.decode(ids, skip_special_tokens),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('agree with the Rust library on texts in other scripts than the training text', async () => {
    for (const text of [compilerMessages('ja').join('\n'), compilerMessages('ru').join(' ')]) {
      expect(tokenizer.encode(text)).toEqual(await oracle.encode(text));
    }
  });

  it('give the text back, whatever it is', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const ids = tokenizer.encode(text, { add_special_tokens: false });
        expect(tokenizer.decode(ids)).toBe(wellFormed(text));
      }),
    );
  });

  it('apply normalizers as the Rust library does', async () => {
    for (const unicode_normalizer of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const) {
      const normalizing = await trainByteLevelBPE(['Größe café ﬁn'], {
        unicode_normalizer,
        vocab_size: 260,
        add_prefix_space: true,
      });
      const rust = new Oracle(writeTokenizerJson(normalizing.backend));
      for (const text of HARD_TEXTS) {
        expect(normalizing.encode(text)).toEqual(await rust.encode(text));
      }
    }
  });

  it('take a word of a hundred thousand letters', async () => {
    const text = 'Eigenschaftstyp'.repeat(7000);
    expect(tokenizer.encode(text)).toEqual(await oracle.encode(text));
  });

  it('stream whole characters only', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const stream = tokenizer.decode_stream();
        const ids = tokenizer.encode(text, { add_special_tokens: false });
        const parts = ids.map((id) => stream.step(id));
        for (const part of parts) expect(part.endsWith('\ufffd')).toBe(false);
        expect(parts.join('') + stream.end()).toBe(wellFormed(text));
      }),
    );
  });
});
