/**
 * What SentencePiece's tokenizers are made of: T5, XLM-R, ALBERT, Llama 2, Gemma and their like.
 *
 * @module
 */

import { ByteFallback } from '../decoders/byte-fallback.ts';
import { Fuse } from '../decoders/fuse.ts';
import { MetaspaceDecoder } from '../decoders/metaspace.ts';
import { DecoderSequence } from '../decoders/sequence.ts';
import { StripDecoder } from '../decoders/strip.ts';
import { parseList } from '../json/registry.ts';
import { Unigram } from '../models/unigram.ts';
import { Precompiled } from '../normalizers/precompiled.ts';
import { Prepend } from '../normalizers/prepend.ts';
import { ReplaceText } from '../normalizers/replace-text.ts';
import { NormalizerSequence } from '../normalizers/sequence.ts';
import { Strip } from '../normalizers/strip.ts';
import { Metaspace } from '../pre-tokenizers/metaspace.ts';
import { WhitespaceSplit } from '../pre-tokenizers/white-space-split.ts';
import { componentFamily } from '../text-core.ts';

/** Their readers. */
export const sentencePiece = componentFamily({
  normalizers: {
    Precompiled: Precompiled.read,
    Prepend: Prepend.read,
    Replace: ReplaceText.read,
    Strip: Strip.read,
    Sequence: (fields, parse) => new NormalizerSequence(parseList(fields, 'normalizers', parse)),
  },
  preTokenizers: { Metaspace: Metaspace.read, WhitespaceSplit: () => new WhitespaceSplit() },
  models: { Unigram: Unigram.read },
  decoders: {
    ByteFallback: () => new ByteFallback(),
    Fuse: () => new Fuse(),
    Metaspace: MetaspaceDecoder.read,
    Replace: ReplaceText.read,
    Strip: StripDecoder.read,
    Sequence: (fields, parse) => new DecoderSequence(parseList(fields, 'decoders', parse)),
  },
});
