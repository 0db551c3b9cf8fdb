import { useRef } from 'preact/hooks';
import { HeadMap } from './head-map.tsx';
import type { AttentionWeights } from './operations.ts';

interface HeadGridProps {
  readonly part: AttentionWeights;
  /** The chosen head. */
  readonly layer: number;
  readonly head: number;
  choose(layer: number, head: number): void;
}

/** All heads of all layers as small pictures: one stop of the Tab key, arrow keys go from head to head. */
export function HeadGrid({ part, layer, head, choose }: HeadGridProps) {
  const grid = useRef<HTMLDivElement>(null);
  const { layers, heads } = part;
  const go = (toLayer: number, toHead: number) => {
    const nextLayer = Math.max(0, Math.min(layers - 1, toLayer));
    const nextHead = Math.max(0, Math.min(heads - 1, toHead));
    choose(nextLayer, nextHead);
    grid.current!.querySelectorAll('button')[nextLayer * heads + nextHead]!.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowRight') go(layer, head + 1);
    else if (event.key === 'ArrowLeft') go(layer, head - 1);
    else if (event.key === 'ArrowDown') go(layer + 1, head);
    else if (event.key === 'ArrowUp') go(layer - 1, head);
    else if (event.key === 'Home') go(layer, 0);
    else if (event.key === 'End') go(layer, heads - 1);
    else return;
    event.preventDefault();
  };
  return (
    <div class="head-grid-frame">
      <div
        ref={grid}
        class="head-grid"
        role="toolbar"
        aria-label="Heads"
        style={{ '--heads': heads }}
        onKeyDown={onKeyDown}
      >
        {Array.from({ length: layers * heads }, (_, i) => {
          const [ofLayer, ofHead] = [Math.floor(i / heads), i % heads];
          const isChosen = ofLayer === layer && ofHead === head;
          return (
            <button
              key={`${part.kind} ${i}`}
              type="button"
              aria-label={`Layer ${ofLayer + 1}, head ${ofHead + 1}`}
              title={`Layer ${ofLayer + 1}, head ${ofHead + 1}`}
              aria-pressed={isChosen}
              tabIndex={isChosen ? 0 : -1}
              onClick={() => choose(ofLayer, ofHead)}
            >
              <HeadMap part={part} layer={ofLayer} head={ofHead} />
            </button>
          );
        })}
      </div>
    </div>
  );
}
