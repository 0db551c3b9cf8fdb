const TAG = /\{%([-+]?)\s*(end)?generation\s*([-+]?)%\}/gu;

/** A template whose `{% generation %}` blocks print marks around what they hold. */
export interface MarkedTemplate {
  /** The template, with plain blocks where the tags were. */
  text: string;
  /** True if there were such tags. */
  marked: boolean;
}

/**
 * Replaces the tags `{% generation %}` and `{% endgeneration %}`, which only transformers knows, by
 * blocks that print a variable. They stay block tags, so that the newline after one and the spaces
 * before it are trimmed as Jinja trims them.
 *
 * @param template - The template.
 * @param start - Name of the variable printed where a block starts.
 * @param end - Name of the variable printed where it ends.
 */
export function markGeneration(template: string, start: string, end: string): MarkedTemplate {
  let marked = false;
  const text = template.replace(TAG, (_, before: string, closes: string | undefined, after) => {
    marked = true;
    return `{%${before} if true %}{{ ${closes ? end : start} }}{% endif ${after}%}`;
  });
  return { text, marked };
}

/** A stretch of a text: UTF-16 units from `start` to before `end`. */
export interface Span {
  /** First unit. */
  start: number;
  /** Unit after the last. */
  end: number;
}

/**
 * Takes the marks out of a rendered text.
 *
 * @param text - Text with marks.
 * @param start - The mark that starts a span.
 * @param end - The mark that ends it.
 * @returns The text without marks, and what lay between each pair, in order.
 */
export function takeSpans(
  text: string,
  start: string,
  end: string,
): { text: string; spans: Span[] } {
  const spans: Span[] = [];
  let clean = '';
  let open: number | undefined;
  for (let at = 0; at < text.length; ) {
    const mark = open === undefined ? start : end;
    const found = text.indexOf(mark, at);
    const stop = found < 0 ? text.length : found;
    clean += text.slice(at, stop);
    if (found >= 0) {
      if (open === undefined) open = clean.length;
      else {
        spans.push({ start: open, end: clean.length });
        open = undefined;
      }
    }
    at = stop + mark.length;
  }
  return { text: clean, spans };
}
