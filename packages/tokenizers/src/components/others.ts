/**
 * What few tokenizers use.
 *
 * @module
 */

import { BPEDecoder } from '../decoders/bpe.ts';
import { CTC } from '../decoders/ctc.ts';
import { WordLevel } from '../models/word-level.ts';
import { Lowercase } from '../normalizers/lowercase.ts';
import { Nmt } from '../normalizers/nmt.ts';
import { StripAccents } from '../normalizers/strip-accents.ts';
import { UnicodeForm } from '../normalizers/unicode.ts';
import { CharDelimiterSplit } from '../pre-tokenizers/char-delimiter-split.ts';
import { Digits } from '../pre-tokenizers/digits.ts';
import { FixedLength } from '../pre-tokenizers/fixed-length.ts';
import { Punctuation } from '../pre-tokenizers/punctuation.ts';
import { UnicodeScripts } from '../pre-tokenizers/unicode-scripts.ts';
import { Whitespace } from '../pre-tokenizers/white-space.ts';
import { componentFamily } from '../text-core.ts';

/** Their readers. */
export const others = componentFamily({
  normalizers: {
    NFC: () => new UnicodeForm('NFC'),
    NFD: () => new UnicodeForm('NFD'),
    NFKC: () => new UnicodeForm('NFKC'),
    NFKD: () => new UnicodeForm('NFKD'),
    Lowercase: () => new Lowercase(),
    StripAccents: () => new StripAccents(),
    Nmt: () => new Nmt(),
  },
  preTokenizers: {
    CharDelimiterSplit: CharDelimiterSplit.read,
    Digits: Digits.read,
    FixedLength: FixedLength.read,
    Punctuation: Punctuation.read,
    UnicodeScripts: () => new UnicodeScripts(),
    Whitespace: () => new Whitespace(),
  },
  models: { WordLevel: WordLevel.read },
  decoders: { BPEDecoder: BPEDecoder.read, CTC: CTC.read },
});
