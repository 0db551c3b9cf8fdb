import { useEffect, useRef } from 'preact/hooks';
import type { AttentionWeights } from './operations.ts';

interface HeadMapProps {
  readonly part: AttentionWeights;
  readonly layer: number;
  readonly head: number;
  /** The query whose row is marked. */
  readonly marked?: number | undefined;
}

/** One head's weights as a picture: a row for each token that looks, a column for each that is looked at. */
export function HeadMap({ part, layer, head, marked }: HeadMapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [rows, columns] = [part.queries.length, part.keys.length];
  useEffect(() => {
    draw(canvas.current!, part, layer, head);
  }, [part, layer, head]);
  return (
    <span class="head-map" style={{ '--columns': columns, '--rows': rows }}>
      <canvas ref={canvas} width={columns} height={rows} />
      {marked !== undefined && <span class="marked-row" style={{ '--row': marked }} />}
    </span>
  );
}

/** Weights as opacity, by their square root: small ones are seen too. The colour is the style sheet's. */
function draw(
  canvas: HTMLCanvasElement,
  { heads, queries, keys, weights }: AttentionWeights,
  layer: number,
  head: number,
): void {
  const size = queries.length * keys.length;
  const start = (layer * heads + head) * size;
  const pixels = new Uint8ClampedArray(4 * size);
  for (let i = 0; i < size; i++) {
    pixels[4 * i + 3] = 255 * Math.sqrt(weights[start + i]!);
  }
  const context = canvas.getContext('2d')!;
  context.putImageData(new ImageData(pixels, keys.length, queries.length), 0, 0);
  context.globalCompositeOperation = 'source-in';
  context.fillStyle = getComputedStyle(canvas).color;
  context.fillRect(0, 0, canvas.width, canvas.height);
}
