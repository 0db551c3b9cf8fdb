import type { Score } from './read.ts';

/** Scores as rows with a bar; scores beyond 0 to 1 are drawn between the least and the greatest. */
export function ScoreTable({ scores }: { readonly scores: readonly Score[] }) {
  const least = Math.min(0, ...scores.map(({ score }) => score));
  const most = Math.max(1, ...scores.map(({ score }) => score));
  return (
    <table class="scores">
      <thead class="visually-hidden">
        <tr>
          <th scope="col">Result</th>
          <td />
          <th scope="col">Score</th>
        </tr>
      </thead>
      <tbody>
        {scores.map(({ label, score }, row) => (
          <tr key={`${row} ${label}`}>
            <th scope="row">{label}</th>
            <td aria-hidden="true">
              <span class="bar" style={{ '--share': (score - least) / (most - least) }} />
            </td>
            <td class="number">{score.toFixed(3)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
