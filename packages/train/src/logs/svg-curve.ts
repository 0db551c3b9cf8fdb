/** Points (x, y) of a line, and its name. */
export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const [width, height, margin] = [640, 240, 56];
const colours = ['#1f6feb', '#d1242f', '#1a7f37', '#9a6700', '#8250df', '#bf3989'];

/** Curves over steps as SVG, with axes; empty where there are no finite points. */
export function svgCurves(title: string, curves: readonly Curve[]): string {
  const finite = curves.map(({ name, points }) => ({
    name,
    points: points.filter(([, y]) => Number.isFinite(y)),
  }));
  const all = finite.flatMap(({ points }) => points);
  if (all.length === 0) return '';
  const [left, right] = range(all.map(([x]) => x));
  const [bottom, top] = range(all.map(([, y]) => y));
  const x = (value: number) =>
    round(margin + ((value - left) / (right - left)) * (width - margin - 8));
  const y = (value: number) =>
    round(height - 24 - ((value - bottom) / (top - bottom)) * (height - 56));
  const lines = finite.map(({ name, points }, index) => {
    const colour = colours[index % colours.length];
    const path = points.map(([px, py]) => `${x(px)},${y(py)}`).join(' ');
    const dots =
      points.length > 40
        ? []
        : points.map(
            ([px, py]) => `<circle cx="${x(px)}" cy="${y(py)}" r="2.5" fill="${colour}"/>`,
          );
    const label = `<text x="${width - 8}" y="${20 + index * 14}" fill="${colour}" text-anchor="end">${escapeHtml(name)}</text>`;
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.5"/>${dots.join('')}${label}`;
  });
  const ticks = [bottom, (bottom + top) / 2, top].map(
    (value) =>
      `<line x1="${margin}" x2="${width - 8}" y1="${y(value)}" y2="${y(value)}" stroke="#8884"/><text x="${margin - 6}" y="${y(value) + 4}" text-anchor="end">${shown(value)}</text>`,
  );
  const steps = [left, right].map(
    (value, index) =>
      `<text x="${x(value)}" y="${height - 6}" text-anchor="${index ? 'end' : 'start'}">${shown(value)}</text>`,
  );
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}">${ticks.join('')}${steps.join('')}${lines.join('')}</svg>`;
}

/** Text for a page. */
export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replace(/[&<>"]/g, (character) => entities[character]!);
}

/** Smallest and largest; a single value gets room on both sides. */
function range(values: readonly number[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low < high) return [low, high];
  const room = Math.abs(low) / 10 || 1;
  return [low - room, high + room];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function shown(value: number): string {
  return String(Number(value.toPrecision(3)));
}
