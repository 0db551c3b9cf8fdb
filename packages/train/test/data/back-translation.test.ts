import { fileURLToPath } from 'node:url';
import { AutoModelForSeq2SeqLM, generate, manualSeed, randn } from '@llm/nn';
import { AutoTokenizer } from '@llm/tokenizers';
import {
  type BackTranslationOptions,
  backTranslate,
  Dataset,
  type ModelTranslator,
} from '@llm/train';
import { beforeAll, describe, expect, it } from 'vitest';

const at = (name: string) =>
  fileURLToPath(new URL(`../../../apps/test/fixtures/pipelines/${name}`, import.meta.url));

async function translator(name: string): Promise<ModelTranslator> {
  const [model, tokenizer] = await Promise.all([
    AutoModelForSeq2SeqLM.from_pretrained(at(name)),
    AutoTokenizer.from_pretrained(at(name)),
  ]);
  return { model, tokenizer };
}

let m2m: ModelTranslator;
let t5: ModelTranslator;
beforeAll(async () => {
  [m2m, t5] = await Promise.all([translator('m2m'), translator('t5')]);
});

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const rows = ['the cat sat', 'on the mat there was a dog', 'a bird'].map((text, label) => ({
  text,
  label,
}));

/** A translator that says words backwards, and is told what it was asked. */
const reversed =
  (asked: string[][] = []) =>
  async (texts: readonly string[]) => {
    asked.push([...texts]);
    return texts.map((text) => text.split(' ').reverse().join(' '));
  };

describe('backTranslate', () => {
  it('adds to each row what two models make of it, the same in each pass and for each split of the work', async () => {
    const short = { generate: { max_new_tokens: 6 } };
    const to = { ...m2m, generate: { max_new_tokens: 6, forced_bos_token_id: 5 } };
    const more = backTranslate(Dataset.from(rows), {
      to,
      from: { ...t5, prefix: 'translate: ', ...short },
      batch_size: 2,
    });
    const [first, second] = [await collect(more), await collect(more)];
    expect(second).toEqual(first);
    const originals = first.filter(({ back_translated }) => !back_translated);
    expect(originals).toEqual(rows.map((row) => ({ ...row, back_translated: false })));
    const copies = first.filter(({ back_translated }) => back_translated);
    expect(copies.length).toBeGreaterThan(0);
    for (const copy of copies) {
      const before = first[first.indexOf(copy) - 1]!;
      expect(copy.label).toBe(before.label);
      expect(copy.text).not.toBe(before.text);
    }
    // Done by hand, without batches and padding.
    const say = async ({ model, tokenizer }: ModelTranslator, text: string, options: object) => {
      const { generated } = await generate(model, { input_ids: [tokenizer.encode(text)] }, options);
      return tokenizer.decode(generated[0]!, { skip_special_tokens: true });
    };
    const between = await say(m2m, rows[1]!.text, to.generate);
    const text = await say(t5, `translate: ${between}`, short.generate);
    expect(copies).toContainEqual({ text, label: 1, back_translated: true });
    expect(more.report).toMatchObject({ rows: 6, copies: 2 * copies.length });
  });

  it('draws by its seed, and leaves the default generator alone', async () => {
    const drawn = {
      ...m2m,
      generate: { max_new_tokens: 4, do_sample: true, num_return_sequences: 2 },
    };
    const texts = async (seed: number) =>
      (await collect(backTranslate(rows, { to: drawn, from: drawn, seed }))).map(
        ({ text }) => text,
      );
    manualSeed(3);
    const wanted = await randn([2]).data();
    manualSeed(3);
    const one = await texts(1);
    expect(await randn([2]).data()).toEqual(wanted);
    expect(await texts(1)).toEqual(one);
    expect(await texts(2)).not.toEqual(one);
    expect(one.length).toBeGreaterThan(rows.length);
  });

  it('reads no more than it needs, and takes functions', async () => {
    const asked: string[][] = [];
    let read = 0;
    const source = (function* () {
      for (;;) yield { en: `one two ${read++}`, id: read };
    })();
    const more = backTranslate(source, {
      to: reversed(asked),
      from: async (texts) => texts.map((text) => text.toUpperCase()),
      column: 'en',
      mark: 'copy',
      batch_size: 2,
    });
    const got = [];
    for await (const row of more) {
      got.push(row);
      if (got.length === 4) break;
    }
    expect(got).toEqual([
      { en: 'one two 0', id: 1, copy: false },
      { en: '0 TWO ONE', id: 1, copy: true },
      { en: 'one two 1', id: 2, copy: false },
      { en: '1 TWO ONE', id: 2, copy: true },
    ]);
    expect(read).toBe(2);
    expect(asked).toEqual([['one two 0', 'one two 1']]);
  });

  it('counts the rows that get no copy, by reason', async () => {
    const long = Array(80).fill('cat').join(' ');
    const more = backTranslate([{ text: ' ' }, { text: 'a a' }, { text: 'a b' }], {
      to: reversed(),
      from: reversed(),
    });
    expect((await collect(more)).map(({ text }) => text)).toEqual([' ', 'a a', 'a b']);
    expect(more.report).toEqual({
      rows: 3,
      copies: 0,
      left_out: { empty: 1, too_long: 0, nothing_new: 2 },
    });
    const cut = backTranslate([{ text: long }], { to: m2m, from: reversed() });
    expect(await collect(cut)).toHaveLength(1);
    expect(cut.report.left_out.too_long).toBe(1);
  });

  it.each<[Partial<Record<keyof BackTranslationOptions | 'beams', unknown>>, RegExp]>([
    [{ beams: 2 }, /unknown option 'beams'/],
    [{ batch_size: 0 }, /batch_size must be a whole number above 0: got 0/],
    [{ to: undefined }, /'to' wants \{ model, tokenizer \}, or a function/],
    [{ mark: 'text' }, /column and mark are both 'text'/],
    [{ column: 'en' }, /row 1: column 'en' is missing; there are text, label/],
    [{ column: 'label' }, /row 1: column 'label' wants a text: got 0/],
    [{ from: async () => ['one'] }, /'from' gave 1 translations for 3 texts/],
  ])('refuses %o', async (wrong, message) => {
    const options = { to: reversed(), from: reversed(), ...wrong } as BackTranslationOptions;
    await expect(async () => collect(backTranslate(rows, options))).rejects.toThrow(message);
  });
});
