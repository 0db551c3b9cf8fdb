import type { Encoding } from '../encoding.ts';
import type { Fields } from '../json/fields.ts';
import { type ByteLevelOptions, readByteLevelOptions } from '../pre-tokenizers/byte-level.ts';
import type { PostProcessor } from './post-processor.ts';

/** Adds nothing; leaves the spaces at the ends of tokens out of their offsets, if `trim_offsets`. */
export class ByteLevelProcessor implements PostProcessor {
  private readonly options: Required<ByteLevelOptions>;

  /** @param options - Settings; all true by default. */
  constructor(options: ByteLevelOptions = {}) {
    this.options = { add_prefix_space: true, trim_offsets: true, use_regex: true, ...options };
  }

  /** Reads the settings from a file. */
  static read(fields: Fields): ByteLevelProcessor {
    return new ByteLevelProcessor(readByteLevelOptions(fields));
  }

  addedTokens(): number {
    return 0;
  }

  process(inputs: readonly Encoding[]): Encoding[] {
    const { trim_offsets, add_prefix_space } = this.options;
    inputs.forEach((input, index) => {
      if (trim_offsets) input.trimOffsets(add_prefix_space);
      input.setSequence(index);
    });
    return [...inputs];
  }

  processIds(ids: number[]): number[] {
    return ids;
  }

  toJson() {
    return { type: 'ByteLevel', ...this.options };
  }
}
