import type { FeatureExtractionPipeline, Pooling } from '../pipelines/index.ts';
import { ApiError } from './api-error.ts';
import type { Fields } from './fields.ts';

/** Most texts of one request. */
const mostTexts = 2048;

/** Answers a request to `/v1/embeddings`. */
export async function embed(
  extractor: FeatureExtractionPipeline,
  fields: Fields,
  name: string,
  pooling: Pooling,
): Promise<object> {
  const input = fields.any('input');
  const texts = typeof input === 'string' ? [input] : input;
  const isTexts = Array.isArray(texts) && texts.every((text) => typeof text === 'string');
  if (!isTexts || texts.length === 0 || texts.length > mostTexts || texts.includes('')) {
    throw new ApiError(400, `input wants a text or 1 to ${mostTexts} texts, none empty`, 'input');
  }
  const format = fields.text('encoding_format') ?? 'float';
  if (format !== 'float' && format !== 'base64') {
    throw new ApiError(400, "encoding_format wants 'float' or 'base64'", 'encoding_format');
  }
  fields.text('model');
  fields.text('user');
  fields.without('dimensions');
  fields.end();
  const tensor = await extractor(texts as string[], { pooling, normalize: true });
  const values = (await tensor.data()) as Float32Array;
  const width = tensor.shape[1]!;
  tensor.dispose();
  const tokens = (texts as string[]).reduce(
    (sum, text) => sum + extractor.tokenizer.encode(text).length,
    0,
  );
  return {
    object: 'list',
    model: name,
    data: texts.map((_, index) => {
      const vector = values.slice(index * width, (index + 1) * width);
      return {
        object: 'embedding',
        index,
        embedding: format === 'float' ? [...vector] : base64(vector),
      };
    }),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

/** The vector's little-endian bytes. */
function base64(vector: Float32Array): string {
  const bytes = new Uint8Array(4 * vector.length);
  const view = new DataView(bytes.buffer);
  vector.forEach((value, i) => {
    view.setFloat32(4 * i, value, true);
  });
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
