import { Registry } from '../json/registry.ts';
import { Replace } from '../normalizers/replace.ts';
import { ByteFallback } from './byte-fallback.ts';
import { ByteLevelDecoder } from './byte-level.ts';
import type { Decoder } from './decoder.ts';
import { MetaspaceDecoder } from './metaspace.ts';
import { DecoderSequence } from './sequence.ts';
import { BPEDecoder, CTC, Fuse, StripDecoder } from './simple.ts';
import { WordPieceDecoder } from './word-piece.ts';

/** The decoders that tokenizer.json may name. */
export const decoders = new Registry<Decoder>('decoder', {
  BPEDecoder: BPEDecoder.read,
  ByteFallback: () => new ByteFallback(),
  ByteLevel: ByteLevelDecoder.read,
  CTC: CTC.read,
  Fuse: () => new Fuse(),
  Metaspace: MetaspaceDecoder.read,
  Replace: Replace.read,
  Strip: StripDecoder.read,
  WordPiece: WordPieceDecoder.read,
  Sequence: (fields, parse) =>
    new DecoderSequence(
      fields
        .list('decoders')
        .map((value, index) => parse(value, `${fields.path}.decoders[${index}]`)),
    ),
});
