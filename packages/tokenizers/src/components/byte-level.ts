/**
 * What byte-level BPE is made of: GPT-2, Llama 3, Qwen, o200k and their like.
 *
 * @module
 */

import { ByteLevelDecoder } from '../decoders/byte-level.ts';
import { BPE } from '../models/bpe.ts';
import { ByteLevelNormalizer } from '../normalizers/byte-level.ts';
import { ByteLevelProcessor } from '../post-processors/byte-level.ts';
import { ByteLevel } from '../pre-tokenizers/byte-level.ts';
import { Split } from '../pre-tokenizers/split.ts';
import { componentFamily } from '../text-core.ts';

/** Their readers. */
export const byteLevel = componentFamily({
  normalizers: { ByteLevel: () => new ByteLevelNormalizer() },
  preTokenizers: {
    ByteLevel: ByteLevel.read,
    Split: Split.read,
  },
  models: { BPE: BPE.read },
  postProcessors: { ByteLevel: ByteLevelProcessor.read },
  decoders: { ByteLevel: ByteLevelDecoder.read },
});
