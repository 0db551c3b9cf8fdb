import { leaf, type Node } from '../graph.ts';
import { add, mul } from '../ops/arithmetic.ts';
import { cast } from '../ops/cast.ts';
import * as leaves from '../ops/leaf.ts';
import { drawsOf } from '../random.ts';
import type { DrawCounter, Recording } from '../trace.ts';

/** The random draws of a scan's body: the body is recorded once, and each step draws other numbers. */
export class ScanRecording implements Recording {
  /** The number of the step, if something was drawn. */
  step: Node | undefined;
  readonly #draws = new Map<DrawCounter, { seed: Node; position: Node; count: number }>();

  constructor(readonly steps: number) {}

  draw(generator: DrawCounter, count: number): { seed: Node; position: Node } {
    this.step ??= leaf(leaves.input, { index: 0 }, { shape: [], dtype: 'i32' });
    const entry = this.#draws.get(generator) ?? { ...parameters(), count: 0 };
    const { seed, position, count: before } = entry;
    this.#draws.set(generator, { ...entry, count: before + count });
    const ofStep = mul(cast(this.step, 'u32'), count);
    return { seed, position: add(add(position, before * this.steps), ofStep) };
  }

  /** Takes the draws of all steps; values for the parameters that stood for the generators' state. */
  finish(): Map<Node, Node> {
    const values = new Map<Node, Node>();
    for (const [generator, { seed, position, count }] of this.#draws) {
      const drawn = drawsOf(generator, count * this.steps);
      values.set(seed, drawn.seed);
      values.set(position, drawn.position);
    }
    return values;
  }
}

function parameters(): { seed: Node; position: Node } {
  const word = () => leaf(leaves.input, { index: 0 }, { shape: [], dtype: 'u32' });
  return { seed: word(), position: word() };
}
