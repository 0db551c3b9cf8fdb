import { useState } from 'preact/hooks';
import { TokenStrip } from '../inspect/token-strip.tsx';
import { HeadMap } from './head-map.tsx';
import type { AttentionWeights } from './operations.ts';

interface HeadViewProps {
  readonly part: AttentionWeights;
  readonly layer: number;
  readonly head: number;
}

/** One head: choose a token, and see at which tokens it looks. */
export function HeadView({ part, layer, head }: HeadViewProps) {
  const [query, setQuery] = useState(0);
  const { queries, keys, heads, weights } = part;
  const chosen = Math.min(query, queries.length - 1);
  const rowOf = (position: number) => {
    const start = ((layer * heads + head) * queries.length + position) * keys.length;
    return Array.from(weights.subarray(start, start + keys.length));
  };
  const row = rowOf(chosen);
  const most = Math.max(...row);
  return (
    <section class="head-view" aria-label={`Layer ${layer + 1}, head ${head + 1}`}>
      <h2>
        Layer {layer + 1}, head {head + 1}
      </h2>
      <div class="head-columns">
        <HeadMap part={part} layer={layer} head={head} marked={chosen} />
        <div class="stack">
          <div class="field">
            <span class="label">{part.kind === 'cross' ? 'When it writes' : 'This token'}</span>
            <TokenStrip
              name="Tokens that look"
              tokens={queries.map((text, position) => ({
                text,
                label: `${text} looks at ${strongest(rowOf(position), keys)}`,
                shade: 0,
              }))}
              chosen={chosen}
              choose={setQuery}
            />
          </div>
          <div class="field">
            <span class="label">it looks at</span>
            <TokenStrip
              name={`Tokens that ${queries[chosen]} looks at`}
              tokens={keys.map((text, position) => ({
                text,
                label: `${text}: ${percent(row[position]!)}`,
                shade: Math.sqrt(row[position]! / most),
              }))}
            />
          </div>
        </div>
      </div>
      <details>
        <summary>As a table</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
        <section class="table-frame" aria-label="Weights as a table" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <td />
                {keys.map((key, i) => (
                  <th key={`${i} ${key}`} scope="col">
                    {key}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {queries.map((text, position) => (
                <tr key={`${position} ${text}`}>
                  <th scope="row">{text}</th>
                  {rowOf(position).map((weight, i) => (
                    <td key={`${i} ${keys[i]}`} class="number">
                      {weight.toFixed(2)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
    </section>
  );
}

/** The two tokens that are looked at most, with their shares. */
function strongest(row: readonly number[], keys: readonly string[]): string {
  return row
    .map((weight, i) => ({ weight, key: keys[i]! }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, 2)
    .map(({ key, weight }) => `${key} ${percent(weight)}`)
    .join(', ');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}
