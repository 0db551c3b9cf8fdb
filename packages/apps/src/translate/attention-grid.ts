import { configOf } from './model-config.ts';
import { specialIds } from './task.ts';
import type { Translator } from './translator.ts';

/** How much each token of a translation looked at each token of its source. */
export interface AttentionGrid {
  readonly source: readonly string[];
  readonly target: readonly string[];
  /** [target][source], each row sums to 1. */
  readonly weights: readonly (readonly number[])[];
}

/** The last decoder layer's attention to the source, for a source and a translation of it. */
export async function attentionGrid(
  { model, tokenizer }: Translator,
  source: string,
  translation: string,
): Promise<AttentionGrid> {
  const { start, end } = specialIds(tokenizer);
  const longest = configOf(model).max_position_embeddings - 1;
  const sourceIds = tokenizer.encode(source, { truncation: true, max_length: longest });
  const targetIds = tokenizer.encode(translation, {
    add_special_tokens: false,
    truncation: true,
    max_length: longest,
  });
  model.eval();
  const { cross_attentions } = model.forward({
    input_ids: [sourceIds],
    decoder_input_ids: [[start, ...targetIds]],
    output_attentions: true,
  });
  // Position t predicts token t + 1, so row t is where the model looked when it wrote token t of `target`.
  const weights = await cross_attentions!.at(-1)!.mean(1).data(); // the mean of the heads
  const names = (list: readonly number[]) => list.map((id) => tokenizer.decode([id]).trim());
  return {
    source: names(sourceIds).map((name, i) => (sourceIds[i] === end ? '⏎' : name)),
    target: [...names(targetIds), '⏎'],
    weights: [...targetIds, end].map((_, row) =>
      Array.from(weights.subarray(row * sourceIds.length, (row + 1) * sourceIds.length)),
    ),
  };
}

/** Shades from no attention to all of it, for a terminal without colours. */
const shades = [' ', '░', '▒', '▓', '█'];

/** The grid as lines for a terminal: source tokens as columns, target tokens as rows. */
export function renderGrid({ source, target, weights }: AttentionGrid, colours: boolean): string {
  const label = Math.max(...target.map((name) => name.length), 1);
  const widths = source.map((name) => Math.max(3, name.length));
  const header =
    ' '.repeat(label + 1) + source.map((name, i) => name.padEnd(widths[i]! + 1)).join('');
  const rows = target.map((name, row) => {
    const cells = weights[row]!.map((weight, column) => cell(weight, widths[column]!, colours));
    return `${name.padStart(label)} ${cells.join(' ')}`;
  });
  return [header.trimEnd(), ...rows].join('\n');
}

function cell(weight: number, width: number, colours: boolean): string {
  if (!colours) return shades[Math.min(4, Math.floor(weight * 5))]!.repeat(width);
  // 256-colour greys 232 (black) to 255 (white) would vanish on light terminals; blues 17 to 51 do not.
  const ramp = [17, 18, 19, 20, 26, 32, 38, 44, 51];
  const colour = ramp[Math.min(ramp.length - 1, Math.floor(weight * ramp.length))]!;
  return `\u001b[48;5;${colour}m${' '.repeat(width)}\u001b[0m`;
}
