import type { Fields } from '../json/fields.ts';
import { type MetaspaceOptions, readMetaspaceOptions } from '../pre-tokenizers/metaspace.ts';
import type { Decoder } from './decoder.ts';

/** Makes the visible spaces of {@link Metaspace} spaces again, without one that was prepended. */
export class MetaspaceDecoder implements Decoder {
  private readonly options: Readonly<Required<MetaspaceOptions>>;

  /** @param options - Settings. */
  constructor(options: MetaspaceOptions = {}) {
    this.options = { replacement: '▁', prepend_scheme: 'always', split: true, ...options };
  }

  /** Reads the settings from a file. */
  static read(fields: Fields): MetaspaceDecoder {
    return new MetaspaceDecoder(readMetaspaceOptions(fields));
  }

  decodeChain(tokens: readonly string[]): readonly string[] {
    const { replacement, prepend_scheme } = this.options;
    return tokens.map((token, index) =>
      token.replaceAll(replacement, index === 0 && prepend_scheme !== 'never' ? '' : ' '),
    );
  }

  toJson() {
    return { type: 'Metaspace', ...this.options };
  }
}
