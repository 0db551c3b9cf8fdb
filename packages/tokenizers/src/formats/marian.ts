import { TokenizerFileError } from '../json/error.ts';
import { describe, isId } from '../json/fields.ts';
import type { SentencePieceModel } from './sentencepiece-model.ts';
import { precompiled } from './sentencepiece-styles.ts';
import { addedToken, type ConvertedTokenizer, sequence, template } from './tokenizer-file.ts';

/** Score of tokens that only the other language's model has: never better than any spelling. */
const OTHER_LANGUAGE = -10_000;

/**
 * Makes a tokenizer of Marian's files: `source.spm` (or `target.spm`) cuts the text, `vocab.json`,
 * shared by both languages, numbers the pieces.
 *
 * @param model - The SentencePiece model of the language that is read.
 * @param vocabulary - The parsed vocab.json: ids by token.
 * @param file - The model's name, for messages.
 * @throws TokenizerFileError if the model is no unigram, or the vocabulary has gaps or lacks a token.
 */
export function convertMarian(
  model: SentencePieceModel,
  vocabulary: unknown,
  file: string,
): ConvertedTokenizer {
  if (model.modelType !== 'unigram') {
    throw new TokenizerFileError(`${file}: got a ${model.modelType} model, wants a unigram one`);
  }
  if (typeof vocabulary !== 'object' || vocabulary === null || Array.isArray(vocabulary)) {
    throw new TokenizerFileError(`vocab.json: got ${describe(vocabulary)}, wants ids by token`);
  }
  const scores = new Map(
    model.pieces.filter(({ kind }) => kind === 'normal').map(({ piece, score }) => [piece, score]),
  );
  const entries = Object.entries(vocabulary);
  const vocab: [string, number][] = new Array(entries.length);
  for (const [token, id] of entries) {
    if (!isId(id) || id >= entries.length || vocab[id] !== undefined) {
      throw new TokenizerFileError(
        `vocab.json: ${describe(token)}: got the id ${describe(id)}, wants each of 0 to ${entries.length - 1} once`,
      );
    }
    vocab[id] = [token, scores.get(token) ?? OTHER_LANGUAGE];
  }
  const ids = new Map(entries as [string, number][]);
  const idOf = (token: string): number => {
    const id = ids.get(token);
    if (id !== undefined) return id;
    throw new TokenizerFileError(`vocab.json: has no ${describe(token)}, which Marian needs`);
  };
  const special = ['</s>', '<unk>', '<pad>'];
  // `>>fra<<` at the start of a text names the language to translate into.
  const languages = [...ids.keys()].filter((token) => /^>>.+<<$/u.test(token));
  return {
    file: {
      version: '1.0',
      added_tokens: [...special, ...languages]
        .map((token) => addedToken(idOf(token), token, !languages.includes(token)))
        .sort((a, b) => a.id - b.id),
      normalizer: sequence('normalizers', [
        ...precompiled(model),
        { type: 'Strip', strip_left: true, strip_right: true },
        { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' },
      ]),
      pre_tokenizer: {
        type: 'Metaspace',
        replacement: '▁',
        prepend_scheme: 'always',
        split: false,
      },
      post_processor: template('$A </s>', '$A $B </s>', idOf, 'vocab.json'),
      decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: false },
      model: { type: 'Unigram', unk_id: idOf('<unk>'), vocab, byte_fallback: false },
    },
    config: { eos_token: '</s>', unk_token: '<unk>', pad_token: '<pad>' },
  };
}
