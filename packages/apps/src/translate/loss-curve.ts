const width = 640;
const height = 260;
const margin = { left: 48, right: 12, top: 24, bottom: 32 };

/** The training loss over the steps as an SVG picture: each step faintly, and its running mean. */
export function lossCurve(losses: readonly number[]): string {
  const finite = losses.filter((loss) => Number.isFinite(loss));
  const high = Math.ceil(Math.max(1, ...finite));
  const low = Math.floor(Math.min(high - 1, ...finite));
  const plotWidth = width - margin.left - margin.right;
  const plotHeight = height - margin.top - margin.bottom;
  const x = (step: number) => margin.left + (plotWidth * step) / Math.max(1, losses.length - 1);
  const y = (loss: number) => margin.top + (plotHeight * (high - loss)) / (high - low);
  const path = (values: readonly number[]) =>
    values
      .map((value, step) => `${step === 0 ? 'M' : 'L'}${x(step).toFixed(1)} ${y(value).toFixed(1)}`)
      .join('');
  const levels = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  const grid = levels.map(
    (level) =>
      `<path d="M${margin.left} ${y(level)}H${width - margin.right}" stroke="#8884"/>` +
      `<text x="${margin.left - 8}" y="${y(level) + 4}" text-anchor="end">${level}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" font-family="sans-serif" font-size="12" fill="#888">`,
    `<title>Training loss over ${losses.length} steps</title>`,
    ...grid,
    `<text x="${margin.left}" y="14">training loss</text>`,
    `<text x="${margin.left}" y="${height - 10}">step 1</text>`,
    `<text x="${width - margin.right}" y="${height - 10}" text-anchor="end">step ${losses.length}</text>`,
    `<path d="${path(losses)}" fill="none" stroke="#4c8bf544"/>`,
    `<path d="${path(runningMean(losses))}" fill="none" stroke="#4c8bf5" stroke-width="2"/>`,
    '</svg>',
    '',
  ].join('\n');
}

/** Exponential mean over about fifty steps. */
export function runningMean(values: readonly number[]): number[] {
  let mean = values[0] ?? 0;
  return values.map((value, i) => {
    mean += (value - mean) * Math.max(0.02, 1 / (i + 1));
    return mean;
  });
}
