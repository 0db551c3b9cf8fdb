import { checkOptions } from '@llm/nn';
import type { RandomSource } from '../data/random-source.ts';
import { type Collator, type CollatorTokenizer, needToken } from './collator.ts';
import { ExampleError } from './example-error.ts';
import { ids } from './ids.ts';
import { type PaddingOptions, paddingOptionNames, padFeatures } from './pad-features.ts';

/** Options of `dataCollatorForSpanCorruption`, with T5's defaults. */
export interface SpanCorruptionOptions extends PaddingOptions {
  /** Share of tokens that are hidden. Default 0.15. */
  readonly noise_density?: number;
  /** Mean length of a hidden span. Default 3. */
  readonly mean_noise_span_length?: number;
}

/**
 * T5's pre-training (Raffel et al., 2020): random spans give way to the sentinels `<extra_id_0>`, `<extra_id_1>`, …,
 * and the labels are each sentinel with the span that stood there, then the end token. As in T5 a text starts with
 * a part that is kept. A text's own end token stays at its end.
 */
export function dataCollatorForSpanCorruption(
  tokenizer: CollatorTokenizer,
  options: SpanCorruptionOptions = {},
): Collator {
  const name = 'dataCollatorForSpanCorruption';
  checkOptions(name, options, [...paddingOptionNames, 'noise_density', 'mean_noise_span_length']);
  const { noise_density = 0.15, mean_noise_span_length = 3 } = options;
  if (!(noise_density > 0 && noise_density < 1) || !(mean_noise_span_length >= 1)) {
    throw new RangeError(
      `${name}: wants noise_density in (0, 1) and mean_noise_span_length from 1 on: got ${noise_density} and ${mean_noise_span_length}`,
    );
  }
  const [padId, endId] = [needToken(name, tokenizer, 'pad'), needToken(name, tokenizer, 'eos')];
  const sentinel = (span: number, example: number): number => {
    const id = tokenizer.token_to_id(`<extra_id_${span}>`);
    if (id === undefined) {
      throw new ExampleError(
        example,
        `${name} needs the sentinel <extra_id_${span}>, which the tokenizer lacks; make texts shorter`,
      );
    }
    return id;
  };
  return (items, random) => {
    const rows = items.map((item, index) => {
      const all = ids(item, index);
      const tokens = all.at(-1) === endId ? all.slice(0, -1) : all;
      if (tokens.length < 2) {
        throw new ExampleError(index, `${name} wants at least 2 tokens: got ${tokens.length}`);
      }
      const input_ids: number[] = [];
      const labels: number[] = [];
      const spans = noiseSpans(tokens.length, noise_density, mean_noise_span_length, random);
      let at = 0;
      for (const [span, [start, end]] of spans.entries()) {
        input_ids.push(...tokens.slice(at, start), sentinel(span, index));
        labels.push(sentinel(span, index), ...tokens.slice(start, end));
        at = end;
      }
      input_ids.push(...tokens.slice(at), endId);
      labels.push(endId);
      return { input_ids, labels };
    });
    return padFeatures(rows, padId, options, true);
  };
}

/** Start and end of each hidden span; kept and hidden parts alternate, and a kept part is first. */
export function noiseSpans(
  length: number,
  density: number,
  meanLength: number,
  random: RandomSource,
): [start: number, end: number][] {
  const hidden = Math.min(Math.max(Math.round(length * density), 1), length - 1);
  const wanted = Math.max(Math.round(hidden / meanLength), 1);
  const count = Math.min(wanted, hidden, length - hidden);
  const kept = partition(length - hidden, count, random);
  const noise = partition(hidden, count, random);
  let at = 0;
  return noise.map((size, index) => {
    const start = at + kept[index]!;
    at = start + size;
    return [start, at];
  });
}

/** `total` as a sum of `parts` whole numbers from 1 on, each such sum being as likely. */
function partition(total: number, parts: number, random: RandomSource): number[] {
  const places = Array.from({ length: total - 1 }, (_, index) => index + 1);
  const cuts = random
    .shuffle(places)
    .slice(0, parts - 1)
    .sort((a, b) => a - b);
  return [...cuts, total].map((cut, index) => cut - (cuts[index - 1] ?? 0));
}
