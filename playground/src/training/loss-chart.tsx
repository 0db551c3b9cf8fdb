const [width, height] = [640, 220];
const margin = { left: 34, right: 8, top: 10, bottom: 24 };
/** Most points of the curve: as many as can be told apart. */
const mostPoints = 240;

interface LossChartProps {
  /** Loss of each step so far. */
  readonly losses: readonly number[];
  /** Steps of the whole training. */
  readonly steps: number;
}

/** The loss over the steps: a line of means, in a band from the lowest to the highest loss that each stands for. */
export function LossChart({ losses, steps }: LossChartProps) {
  const points = bins(losses);
  const high = Math.ceil(Math.max(1, ...points.map(({ most }) => most)));
  const x = (step: number) => place(step / Math.max(1, steps), margin.left, width - margin.right);
  const y = (loss: number) => place(loss / high, height - margin.bottom, margin.top);
  const line = points.map(({ step, mean }) => `${x(step)},${y(mean)}`).join(' ');
  const band = [
    ...points.map(({ step, most }) => `${x(step)},${y(most)}`),
    ...points.map(({ step, least }) => `${x(step)},${y(least)}`).reverse(),
  ].join(' ');
  const level = Math.max(1, Math.ceil(high / 4));
  const levels = Array.from({ length: Math.floor(high / level) + 1 }, (_, i) => i * level);
  const last = losses.at(-1);
  const name =
    last === undefined
      ? 'Training loss: no step is done yet'
      : `Training loss after ${losses.length} of ${steps} steps: ${last.toFixed(2)}, at first ${losses[0]!.toFixed(2)}`;
  return (
    <svg class="loss-chart" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={name}>
      {levels.map((loss) => (
        <g key={loss}>
          <path class="grid-line" d={`M${margin.left} ${y(loss)}H${width - margin.right}`} />
          <text x={margin.left - 8} y={y(loss) + 4} text-anchor="end">
            {loss}
          </text>
        </g>
      ))}
      <text x={margin.left} y={height - 4}>
        step 1
      </text>
      <text x={width - margin.right} y={height - 4} text-anchor="end">
        {steps > 0 ? `step ${steps}` : ''}
      </text>
      <polygon class="loss-band" points={band} />
      <polyline class="loss-line" points={line} />
    </svg>
  );
}

function place(share: number, from: number, to: number): number {
  return Math.round((from + share * (to - from)) * 10) / 10;
}

interface Bin {
  /** The last step that it stands for. */
  readonly step: number;
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

/** Losses in groups of neighbouring steps. */
function bins(losses: readonly number[]): Bin[] {
  const size = Math.max(1, Math.ceil(losses.length / mostPoints));
  const result: Bin[] = [];
  for (let start = 0; start < losses.length; start += size) {
    const part = losses.slice(start, start + size);
    result.push({
      step: start + part.length,
      mean: part.reduce((sum, loss) => sum + loss, 0) / part.length,
      least: Math.min(...part),
      most: Math.max(...part),
    });
  }
  return result;
}
