import type { ScoredToken } from './operations.ts';

/** What a model expected in the place of a token. */
export function TokenDetails({ token: { text, score } }: { readonly token: ScoredToken }) {
  if (!score) {
    return (
      <p class="token-details">
        <code>{text}</code> is not predicted: it is the first token, or a special one.
      </p>
    );
  }
  const { probability, rank, entropy, logProbability, top } = score;
  return (
    <div class="token-details">
      <p>
        <code>{text}</code> had a probability of {percent(probability)} (ln{' '}
        {logProbability.toFixed(2)}
        ), place {rank.toLocaleString('en')}; the model was undecided by {entropy.toFixed(1)} bits.
      </p>
      <table class="alternatives">
        <caption class="visually-hidden">The ten most probable tokens in its place</caption>
        <thead>
          <tr>
            <th scope="col">Expected</th>
            <th scope="col">Probability</th>
          </tr>
        </thead>
        <tbody>
          {top.map((each, place) => (
            <tr key={place} class={each.text === text ? 'chosen' : ''}>
              <th scope="row">
                <code>{each.text.replaceAll('\n', '⏎')}</code>
              </th>
              <td>
                <span class="share-row">
                  <span class="share" style={{ '--share': each.probability }} />
                  <span class="number">{percent(each.probability)}</span>
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function percent(share: number): string {
  if (share > 0 && share < 0.0001) return '< 0.01 %';
  return `${(100 * share).toFixed(share < 0.1 ? 2 : 1)} %`;
}
