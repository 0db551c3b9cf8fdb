import type { ComponentChild } from 'preact';
import type { Span } from './read.ts';

interface MarkedTextProps {
  readonly text: string;
  readonly spans: readonly Span[];
}

/** A text with its spans marked and named; of spans that overlap the first is kept. */
export function MarkedText({ text, spans }: MarkedTextProps) {
  const parts: ComponentChild[] = [];
  let position = 0;
  for (const { label, score, start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    if (start < position || end <= start) continue;
    const part = text.slice(start, end);
    parts.push(
      text.slice(position, start),
      <mark key={start}>
        {part}
        {label !== part && <small> {label}</small>}
        <span class="visually-hidden"> (score {score.toFixed(3)})</span>
      </mark>,
    );
    position = end;
  }
  parts.push(text.slice(position));
  return <p class="marked">{parts}</p>;
}
