/** A line of a file, or what is wrong with it. */
export type Line =
  | { readonly row: number; readonly text: string }
  | { readonly row: number; readonly problem: string };

/** The longest line in bytes; a file without line ends must not fill the memory. */
const longest = 1 << 28;

/**
 * The lines of UTF-8 text, from row 1 on, without their ends (`\n` or `\r\n`) and without a byte-order mark.
 *
 * @throws RangeError for a line of more than 256 MiB.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
): AsyncGenerator<Line> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let parts: Uint8Array[] = [];
  let held = 0;
  let row = 0;
  const decode = (last: Uint8Array): Line => {
    row++;
    const bytes = parts.length === 0 ? last : concat([...parts, last], held + last.length);
    parts = [];
    held = 0;
    try {
      const text = decoder.decode(bytes.at(-1) === 13 ? bytes.subarray(0, -1) : bytes);
      return { row, text: row === 1 ? text.replace(/^\uFEFF/, '') : text };
    } catch {
      return { row, problem: 'the text is not UTF-8' };
    }
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      yield decode(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start < chunk.length) {
      parts.push(chunk.slice(start));
      held += chunk.length - start;
      if (held > longest) {
        throw new RangeError(`${source}, row ${row + 1}: a line of more than ${longest} bytes`);
      }
    }
  }
  if (held > 0) yield decode(new Uint8Array(0));
}

function concat(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
