import type { Encoding } from '../encoding.ts';
import { TokenizerFileError } from '../json/error.ts';
import { describe, Fields, isId } from '../json/fields.ts';
import type { PostProcessor } from './post-processor.ts';

/** One part of a template: an input, or a special token. */
export type TemplatePiece =
  | { Sequence: { id: 'A' | 'B'; type_id: number } }
  | { SpecialToken: { id: string; type_id: number } };

/** A special token of a template; it may stand for several tokens. */
export interface TemplateToken {
  /** Its name in the template. */
  id: string;
  /** Ids that are inserted. */
  ids: number[];
  /** The tokens of these ids. */
  tokens: string[];
}

/** Puts inputs and special tokens in an order given by two templates, as in `[CLS] $A [SEP]`. */
export class TemplateProcessing implements PostProcessor {
  private readonly single: readonly TemplatePiece[];
  private readonly pair: readonly TemplatePiece[];
  private readonly specialTokens: ReadonlyMap<string, TemplateToken>;

  /**
   * @param single - Template of one input.
   * @param pair - Template of two inputs; both must occur in it.
   * @param specialTokens - The tokens that the templates name.
   * @throws Error if a template lacks an input or names a token that is not given.
   */
  constructor(
    single: readonly TemplatePiece[],
    pair: readonly TemplatePiece[],
    specialTokens: readonly TemplateToken[],
  ) {
    this.single = single;
    this.pair = pair;
    this.specialTokens = new Map(specialTokens.map((token) => [token.id, token]));
    const uses = (pieces: readonly TemplatePiece[], id: string) =>
      pieces.some((piece) => 'Sequence' in piece && piece.Sequence.id === id);
    if (uses(single, 'B')) throw new Error('TemplateProcessing: the single template names $B');
    if (!uses(pair, 'A') || !uses(pair, 'B')) {
      throw new Error('TemplateProcessing: the pair template must name both $A and $B');
    }
    for (const piece of [...single, ...pair]) {
      if ('SpecialToken' in piece && !this.specialTokens.has(piece.SpecialToken.id)) {
        throw new Error(
          `TemplateProcessing: the template names ${describe(piece.SpecialToken.id)}, which is not among its special tokens`,
        );
      }
    }
  }

  /** Reads the templates from a file. */
  static read(fields: Fields): TemplateProcessing {
    const tokens = fields
      .fields('special_tokens')
      .entries()
      .map(([name, value]) => readToken(name, value, fields.path));
    return new TemplateProcessing(readPieces(fields, 'single'), readPieces(fields, 'pair'), tokens);
  }

  addedTokens(isPair: boolean): number {
    return (isPair ? this.pair : this.single).reduce(
      (sum, piece) =>
        sum + ('SpecialToken' in piece ? this.idsOf(piece.SpecialToken.id).length : 0),
      0,
    );
  }

  process(inputs: readonly Encoding[], addSpecialTokens: boolean): Encoding[] {
    const template = inputs.length > 1 ? this.pair : this.single;
    const parts: Encoding[] = [];
    for (const piece of template) {
      if ('Sequence' in piece) {
        const index = piece.Sequence.id === 'A' ? 0 : 1;
        const input = inputs[index]!;
        // A copy, for a template may name an input twice. As in the Rust library, what overflows
        // keeps its segments.
        const part = input.slice(0, input.length);
        part.overflowing = input.overflowing;
        part.type_ids.fill(piece.Sequence.type_id);
        part.setSequence(index);
        parts.push(part);
      } else if (addSpecialTokens) {
        const { id, type_id } = piece.SpecialToken;
        const { ids, tokens } = this.specialTokens.get(id)!;
        parts.push(inputs[0]!.added([...ids], tokens, type_id));
      }
    }
    return parts;
  }

  processIds(ids: number[], addSpecialTokens: boolean): number[] {
    // Many times faster than flatMap.
    return this.single.reduce<number[]>((result, piece) => {
      if ('Sequence' in piece) return result.concat(ids);
      return addSpecialTokens ? result.concat(this.idsOf(piece.SpecialToken.id)) : result;
    }, []);
  }

  toJson() {
    const sorted = [...this.specialTokens].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      type: 'TemplateProcessing',
      single: this.single,
      pair: this.pair,
      special_tokens: new Map(sorted.map(([name, token]) => [name, { ...token }])),
    };
  }

  private idsOf(name: string): readonly number[] {
    return this.specialTokens.get(name)!.ids;
  }
}

function readPieces(fields: Fields, name: string): TemplatePiece[] {
  return fields.list(name).map((value, index) => {
    const path = `${fields.path}.${name}[${index}]`;
    const piece = new Fields(value, path);
    const kind = piece.raw('Sequence') === undefined ? 'SpecialToken' : 'Sequence';
    const inner = piece.fields(kind);
    const id = inner.string('id');
    const type_id = inner.integer('type_id');
    inner.finish();
    piece.finish();
    if (kind === 'SpecialToken') return { SpecialToken: { id, type_id } };
    if (id === 'A' || id === 'B') return { Sequence: { id, type_id } };
    throw new TokenizerFileError(`${path}: got the sequence ${describe(id)}, wants "A" or "B"`);
  });
}

function readToken(name: string, value: unknown, path: string): TemplateToken {
  const fields = new Fields(value, `${path}.special_tokens[${describe(name)}]`);
  const ids = fields.list('ids');
  const tokens = fields.list('tokens');
  fields.string('id');
  fields.finish();
  if (
    ids.length === tokens.length &&
    ids.every(isId) &&
    tokens.every((token) => typeof token === 'string')
  ) {
    return { id: name, ids, tokens };
  }
  throw new TokenizerFileError(`${fields.path}: ids and tokens must be lists of equal length`);
}
