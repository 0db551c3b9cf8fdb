/** A pipeline's result for people to read: texts as they are, records as lines of columns. */
export function plainText(result: unknown): string {
  if (!Array.isArray(result)) return recordText(result);
  if (result.every((value) => typeof value === 'number')) return result.map(shortNumber).join(' ');
  return result.map(plainText).join(result.some(Array.isArray) ? '\n\n' : '\n');
}

const textKeys = ['generated_text', 'summary_text', 'translation_text'];

function recordText(value: unknown): string {
  if (typeof value === 'number') return shortNumber(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const record = value as Record<string, unknown>;
  const key = textKeys.find((name) => name in record);
  if (key) return String(record[key]);
  if (Array.isArray(record.labels) && Array.isArray(record.scores)) {
    const { labels, scores } = record as { labels: string[]; scores: number[] };
    return labels.map((label, i) => `${shortNumber(scores[i]!)}  ${label}`).join('\n');
  }
  return Object.entries(record)
    .map(([name, field]) => (name === 'score' ? shortNumber(field as number) : String(field)))
    .join('  ');
}

function shortNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(4);
}
