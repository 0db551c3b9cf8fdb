import { Registry } from '../json/registry.ts';
import { Lowercase } from './lowercase.ts';
import type { Normalizer } from './normalizer.ts';
import { NormalizerSequence } from './sequence.ts';
import { UnicodeForm } from './unicode.ts';

/** The normalizers that tokenizer.json may name. */
export const normalizers = new Registry<Normalizer>('normalizer', {
  NFC: () => new UnicodeForm('NFC'),
  NFD: () => new UnicodeForm('NFD'),
  NFKC: () => new UnicodeForm('NFKC'),
  NFKD: () => new UnicodeForm('NFKD'),
  Lowercase: () => new Lowercase(),
  Sequence: (fields, parse) =>
    new NormalizerSequence(
      fields
        .list('normalizers')
        .map((value, index) => parse(value, `${fields.path}.normalizers[${index}]`)),
    ),
});
