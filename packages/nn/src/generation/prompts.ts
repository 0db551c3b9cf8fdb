import type { Ids, ModelInputs } from '../pretrained/inputs.ts';
import { toTensor } from '../pretrained/inputs.ts';

/** Inputs of generation on the host: rows of one length, with their masks. */
export interface Prompts {
  readonly ids: number[][];
  /** 1 for tokens, 0 for padding. */
  readonly mask: number[][];
}

/** Reads `input_ids` and `attention_mask`. @throws RangeError for rows of several lengths, or none. */
export async function readPrompts(inputs: ModelInputs): Promise<Prompts> {
  const { input_ids, attention_mask, ...others } = inputs;
  // Tokenizers give segments too, which models that generate do not take.
  const [unknown] = Object.keys(others).filter(
    (name) => name !== 'token_type_ids' && name !== 'decoder_input_ids',
  );
  if (unknown) {
    throw new TypeError(
      `generate: it takes no ${unknown}; it takes input_ids, attention_mask, decoder_input_ids`,
    );
  }
  if (!input_ids) throw new TypeError('generate: wants input_ids');
  const ids = await rowsOf('input_ids', input_ids);
  const mask = attention_mask
    ? (await rowsOf('attention_mask', attention_mask)).map((row) => row.map(Number))
    : ids.map((row) => row.map(() => 1));
  if (ids.length === 0 || ids[0]!.length === 0) {
    throw new RangeError('generate: wants at least one token');
  }
  if (mask.length !== ids.length || mask[0]!.length !== ids[0]!.length) {
    throw new RangeError('generate: attention_mask must have the shape of input_ids');
  }
  return { ids, mask };
}

/** Rows of numbers of a tensor or of arrays. */
export async function rowsOf(name: string, values: Ids): Promise<number[][]> {
  const tensor = toTensor(values);
  if (tensor.rank !== 2) {
    throw new RangeError(
      `generate: ${name} wants [batch, length]: got [${tensor.shape.join(', ')}]`,
    );
  }
  return (await tensor.toArray()) as number[][];
}

/** Each row `count` times, one after another. */
export function repeatRows<T>(rows: readonly T[], count: number): T[] {
  return rows.flatMap((row) => Array<T>(count).fill(row));
}
