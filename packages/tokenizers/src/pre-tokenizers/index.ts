import type { Fields } from '../json/fields.ts';
import { Registry } from '../json/registry.ts';
import { ByteLevel } from './byte-level.ts';
import { CharDelimiterSplit } from './char-delimiter-split.ts';
import { Digits } from './digits.ts';
import { FixedLength } from './fixed-length.ts';
import { Metaspace } from './metaspace.ts';
import type { PreTokenizer } from './pre-tokenizer.ts';
import { BertPreTokenizer, Punctuation } from './punctuation.ts';
import { PreTokenizerSequence } from './sequence.ts';
import { Split } from './split.ts';
import { UnicodeScripts } from './unicode-scripts.ts';
import { Whitespace, WhitespaceSplit } from './white-space.ts';

/** The pre-tokenizers that tokenizer.json may name. */
export const preTokenizers = new Registry<PreTokenizer>('pre-tokenizer', {
  BertPreTokenizer: () => new BertPreTokenizer(),
  ByteLevel: ByteLevel.read,
  CharDelimiterSplit: CharDelimiterSplit.read,
  Digits: Digits.read,
  FixedLength: FixedLength.read,
  Metaspace: Metaspace.read,
  Punctuation: Punctuation.read,
  Split: Split.read,
  UnicodeScripts: () => new UnicodeScripts(),
  Whitespace: () => new Whitespace(),
  WhitespaceSplit: () => new WhitespaceSplit(),
  Sequence: (fields: Fields, parse) =>
    new PreTokenizerSequence(
      fields
        .list('pretokenizers')
        .map((value, index) => parse(value, `${fields.path}.pretokenizers[${index}]`)),
    ),
});
