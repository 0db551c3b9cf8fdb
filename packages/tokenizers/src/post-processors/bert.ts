import type { Encoding } from '../encoding.ts';
import { TokenizerFileError } from '../json/error.ts';
import { describe, type Fields, isId } from '../json/fields.ts';
import type { PostProcessor } from './post-processor.ts';

/** A special token and its id. */
export type SpecialToken = readonly [token: string, id: number];

/** `[CLS] A [SEP]`, and `[CLS] A [SEP] B [SEP]` with segment 1 for the second part. */
export class BertProcessing implements PostProcessor {
  private readonly sep: SpecialToken;
  private readonly cls: SpecialToken;

  /** @param sep - Ends each input. @param cls - Starts the first one. */
  constructor(sep: SpecialToken, cls: SpecialToken) {
    this.sep = sep;
    this.cls = cls;
  }

  /** Reads the tokens from a file. */
  static read(fields: Fields): BertProcessing {
    return new BertProcessing(readSpecialToken(fields, 'sep'), readSpecialToken(fields, 'cls'));
  }

  addedTokens(isPair: boolean): number {
    return isPair ? 3 : 2;
  }

  process(inputs: readonly Encoding[], addSpecialTokens: boolean): Encoding[] {
    if (!addSpecialTokens) return [...inputs];
    return inputs.map((input, index) => {
      const ended = input.concat(added(this.sep, index === 0 ? 0 : 1, input));
      return index === 0 ? added(this.cls, 0, input).concat(ended) : ended;
    });
  }

  processIds(ids: number[], addSpecialTokens: boolean): number[] {
    return addSpecialTokens ? [this.cls[1], ...ids, this.sep[1]] : ids;
  }

  toJson() {
    return { type: 'BertProcessing', sep: this.sep, cls: this.cls };
  }
}

/** Settings of {@link RobertaProcessing}, by their names in tokenizer.json. */
export interface RobertaProcessingOptions {
  /** Leave spaces at the ends of tokens out of their offsets; true by default. */
  trim_offsets?: boolean;
  /** Whether the pre-tokenizer put a space before the text; true by default. */
  add_prefix_space?: boolean;
}

/** `<s> A </s>`, and `<s> A </s></s> B </s>`, all of segment 0. */
export class RobertaProcessing implements PostProcessor {
  private readonly sep: SpecialToken;
  private readonly cls: SpecialToken;
  private readonly options: Readonly<Required<RobertaProcessingOptions>>;

  /** @param sep - Ends each input. @param cls - Starts the first one. @param options - Settings. */
  constructor(sep: SpecialToken, cls: SpecialToken, options: RobertaProcessingOptions = {}) {
    this.sep = sep;
    this.cls = cls;
    this.options = { trim_offsets: true, add_prefix_space: true, ...options };
  }

  /** Reads the tokens and settings from a file. */
  static read(fields: Fields): RobertaProcessing {
    return new RobertaProcessing(readSpecialToken(fields, 'sep'), readSpecialToken(fields, 'cls'), {
      trim_offsets: fields.boolean('trim_offsets'),
      add_prefix_space: fields.boolean('add_prefix_space'),
    });
  }

  addedTokens(isPair: boolean): number {
    return isPair ? 4 : 2;
  }

  process(inputs: readonly Encoding[], addSpecialTokens: boolean): Encoding[] {
    const { trim_offsets, add_prefix_space } = this.options;
    for (const input of inputs) {
      if (trim_offsets) input.trimOffsets(add_prefix_space);
      input.type_ids.fill(0);
    }
    if (!addSpecialTokens) return [...inputs];
    return inputs.map((input, index) => {
      for (const window of input.overflowing) window.type_ids.fill(0);
      const begin = added(index === 0 ? this.cls : this.sep, 0, input);
      return begin.concat(input).concat(added(this.sep, 0, input));
    });
  }

  processIds(ids: number[], addSpecialTokens: boolean): number[] {
    return addSpecialTokens ? [this.cls[1], ...ids, this.sep[1]] : ids;
  }

  toJson() {
    return { type: 'RobertaProcessing', sep: this.sep, cls: this.cls, ...this.options };
  }
}

function added([token, id]: SpecialToken, typeId: number, input: Encoding): Encoding {
  return input.added([id], [token], typeId);
}

function readSpecialToken(fields: Fields, name: string): SpecialToken {
  const value = fields.raw(name);
  if (Array.isArray(value) && value.length === 2) {
    const [token, id] = value as unknown[];
    if (typeof token === 'string' && isId(id)) return [token, id];
  }
  throw new TokenizerFileError(
    `${fields.path}.${name}: got ${describe(value)}, wants a token and its id`,
  );
}
