import { Registry } from '../json/registry.ts';
import { ByteLevel } from './byte-level.ts';
import type { PreTokenizer } from './pre-tokenizer.ts';
import { PreTokenizerSequence } from './sequence.ts';

/** The pre-tokenizers that tokenizer.json may name. */
export const preTokenizers = new Registry<PreTokenizer>('pre-tokenizer', {
  ByteLevel: ByteLevel.read,
  Sequence: (fields, parse) =>
    new PreTokenizerSequence(
      fields
        .list('pretokenizers')
        .map((value, index) => parse(value, `${fields.path}.pretokenizers[${index}]`)),
    ),
});
