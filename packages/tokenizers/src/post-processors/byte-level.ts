import type { Encoding } from '../encoding.ts';
import type { Fields } from '../json/fields.ts';
import { type ByteLevelOptions, readByteLevelOptions } from '../pre-tokenizers/byte-level.ts';
import type { PostProcessor } from './post-processor.ts';

/** Adds nothing: in the Rust library it only trims offsets, which are not made here. */
export class ByteLevelProcessor implements PostProcessor {
  private readonly options: Required<ByteLevelOptions>;

  /** @param options - Only kept for the file. */
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
    return [...inputs];
  }

  toJson() {
    return { type: 'ByteLevel', ...this.options };
  }
}
