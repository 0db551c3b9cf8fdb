import { Registry } from '../json/registry.ts';
import { ByteLevelDecoder } from './byte-level.ts';
import type { Decoder } from './decoder.ts';
import { DecoderSequence } from './sequence.ts';

/** The decoders that tokenizer.json may name. */
export const decoders = new Registry<Decoder>('decoder', {
  ByteLevel: ByteLevelDecoder.read,
  Sequence: (fields, parse) =>
    new DecoderSequence(
      fields
        .list('decoders')
        .map((value, index) => parse(value, `${fields.path}.decoders[${index}]`)),
    ),
});
