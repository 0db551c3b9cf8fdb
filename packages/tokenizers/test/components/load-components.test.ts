import { describe, expect, it } from 'vitest';
import { families } from '../../src/components/all.ts';
import { KINDS } from '../../src/components/components.ts';
import { loadComponents } from '../../src/components/load-components.ts';
import { AutoTokenizer, TokenizerFileError } from '../../src/index.ts';
import { characterFile } from '../support/characters.ts';

type Kind = keyof typeof KINDS;

const TYPES = Object.values(families).flatMap((family) =>
  Object.entries(family).flatMap(([kind, readers]) =>
    Object.keys(readers).map((type): [Kind, string] => [kind as Kind, type]),
  ),
);

describe('loadComponents', () => {
  it.each(TYPES)('finds the %s %s', async (kind, type) => {
    const { entry, parts } = KINDS[kind];
    const components = await loadComponents({
      model: { type: 'WordLevel' },
      [entry]: { type, ...(parts && { [parts]: [] }) },
    });
    // Whatever the type lacks in this file, it is not unknown.
    let problem = '';
    try {
      components[kind].parse({ type, ...(parts && { [parts]: [] }) }, 'file');
    } catch (error) {
      problem = (error as Error).message;
    }
    expect(problem).not.toContain('not supported; supported are');
  });

  it('loads only the families that a file names', async () => {
    const { models, decoders } = await loadComponents({ model: { type: 'Unigram' } });
    expect(() => models.parse({ type: 'WordPiece' }, 'file')).toThrow('is not supported');
    expect(() => decoders.parse({ type: 'CTC' }, 'file')).toThrow('is not supported');
  });

  it.each([7, 'Wordy', undefined])('names all types where it knows not %s', async (type) => {
    const file = { model: { type: 'BPE' }, post_processor: { type }, normalizer: { type: 'NFC' } };
    const { models, postProcessors } = await loadComponents(file);
    expect(() => postProcessors.parse({ type }, 'file')).toThrow(
      'is not supported; supported are BertProcessing, ByteLevel, RobertaProcessing, Sequence, TemplateProcessing',
    );
    expect(() => models.parse({ type }, 'file')).toThrow(
      'is not supported; supported are BPE, Unigram, WordLevel, WordPiece',
    );
  });

  it('finds the parts of sequences, also of such that hold themselves', async () => {
    const inner = {
      type: 'Sequence',
      normalizers: [{ type: 'NFD' }, { type: 'StripAccents' }, { type: 'Lowercase' }],
    };
    const normalizer = { type: 'Sequence', normalizers: [inner] as unknown[] };
    const tokenizer = await AutoTokenizer.from_pretrained(
      characterFile({ normalizer: { ...normalizer, normalizers: [inner] } }),
    );
    expect(tokenizer.tokenize('É')).toEqual(['e']);
    normalizer.normalizers.push(normalizer);
    const cyclic = AutoTokenizer.from_pretrained(characterFile({ normalizer }));
    await expect(cyclic).rejects.toThrow(TokenizerFileError);
    await expect(cyclic).rejects.toThrow('stands inside 33 others, at most 32 are supported');
  });
});
