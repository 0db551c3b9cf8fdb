import { Registry } from '../json/registry.ts';
import { BertNormalizer } from './bert.ts';
import { ByteLevelNormalizer } from './byte-level.ts';
import { Lowercase } from './lowercase.ts';
import { Nmt } from './nmt.ts';
import type { Normalizer } from './normalizer.ts';
import { Precompiled } from './precompiled.ts';
import { Prepend } from './prepend.ts';
import { Replace } from './replace.ts';
import { NormalizerSequence } from './sequence.ts';
import { Strip } from './strip.ts';
import { StripAccents } from './strip-accents.ts';
import { UnicodeForm } from './unicode.ts';

/** The normalizers that tokenizer.json may name. */
export const normalizers = new Registry<Normalizer>('normalizer', {
  NFC: () => new UnicodeForm('NFC'),
  NFD: () => new UnicodeForm('NFD'),
  NFKC: () => new UnicodeForm('NFKC'),
  NFKD: () => new UnicodeForm('NFKD'),
  Lowercase: () => new Lowercase(),
  Strip: Strip.read,
  StripAccents: () => new StripAccents(),
  Replace: Replace.read,
  Prepend: Prepend.read,
  Nmt: () => new Nmt(),
  Precompiled: Precompiled.read,
  BertNormalizer: BertNormalizer.read,
  ByteLevel: () => new ByteLevelNormalizer(),
  Sequence: (fields, parse) =>
    new NormalizerSequence(
      fields
        .list('normalizers')
        .map((value, index) => parse(value, `${fields.path}.normalizers[${index}]`)),
    ),
});
