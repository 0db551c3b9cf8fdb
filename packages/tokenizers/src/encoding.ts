/** The tokens of one input, as lists of equal length. */
export interface Encoding {
  /** Ids of the tokens. */
  ids: number[];
  /** Which segment each token belongs to, as BERT wants it. */
  typeIds: number[];
  /** 1 for tokens that the post-processor or padding added, 0 for tokens of the text. */
  specialTokensMask: number[];
  /** 1 for tokens to attend to, 0 for padding. */
  attentionMask: number[];
}

/** Which end of an input is padded or cut. */
export type Side = 'left' | 'right';

/**
 * An encoding of tokens that come from text, or were all added.
 *
 * @param ids - Ids; the list becomes part of the encoding.
 * @param typeId - Segment of all tokens.
 * @param special - 1 if the tokens were added, 0 if they are text.
 */
export function makeEncoding(ids: number[], typeId = 0, special: 0 | 1 = 0): Encoding {
  const filled = (value: number) => new Array<number>(ids.length).fill(value);
  return {
    ids,
    typeIds: filled(typeId),
    specialTokensMask: filled(special),
    attentionMask: filled(1),
  };
}

/** One encoding after the other. */
export function concatEncodings(encodings: readonly Encoding[]): Encoding {
  return {
    ids: encodings.flatMap(({ ids }) => ids),
    typeIds: encodings.flatMap(({ typeIds }) => typeIds),
    specialTokensMask: encodings.flatMap(({ specialTokensMask }) => specialTokensMask),
    attentionMask: encodings.flatMap(({ attentionMask }) => attentionMask),
  };
}

/**
 * Keeps `length` tokens of an encoding.
 *
 * @param encoding - What to cut; not changed.
 * @param length - Tokens to keep.
 * @param side - Which end is cut off.
 */
export function cutEncoding(encoding: Encoding, length: number, side: Side): Encoding {
  const { ids, typeIds, specialTokensMask, attentionMask } = encoding;
  if (ids.length <= length) return encoding;
  const start = side === 'right' ? 0 : ids.length - length;
  const cut = (list: number[]) => list.slice(start, start + length);
  return {
    ids: cut(ids),
    typeIds: cut(typeIds),
    specialTokensMask: cut(specialTokensMask),
    attentionMask: cut(attentionMask),
  };
}

/**
 * Pads an encoding to `length` tokens.
 *
 * @param encoding - What to pad; not changed.
 * @param length - Tokens wanted; a longer encoding stays as it is.
 * @param padId - Id of the padding token.
 * @param padTypeId - Segment of the padding tokens.
 * @param side - Which end the padding goes to.
 */
export function padEncoding(
  encoding: Encoding,
  length: number,
  padId: number,
  padTypeId: number,
  side: Side,
): Encoding {
  const missing = length - encoding.ids.length;
  if (missing <= 0) return encoding;
  const padding = makeEncoding(new Array<number>(missing).fill(padId), padTypeId, 1);
  padding.attentionMask.fill(0);
  return concatEncodings(side === 'right' ? [encoding, padding] : [padding, encoding]);
}
