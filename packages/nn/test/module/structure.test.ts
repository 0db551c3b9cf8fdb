import { Linear, Module, Sequential, structureMermaid, structureSvg, type Tensor } from '@llm/nn';
import { describe, expect, it } from 'vitest';

class Block extends Module {
  readonly inner = new Linear(4, 4, { bias: false });
  forward(x: Tensor): Tensor {
    return this.inner.forward(x);
  }
}

class Model extends Module {
  readonly layers = [new Block(), new Block(), new Block()];
  readonly 'a<b "c"' = new Sequential(new Linear(4, 2));
  forward(x: Tensor): Tensor {
    return this.layers.reduce((value, layer) => layer.forward(value), x);
  }
}

describe('pictures of the structure', () => {
  it('Mermaid draws layers alike once', () => {
    expect(structureMermaid(new Model())).toBe(
      `flowchart TB
  subgraph m0["Model, 58 parameters"]
    direction TB
    subgraph m1["layers.0–2: Block × 3, 16 parameters each"]
      direction TB
      m2["inner: Linear<br/>weight [4, 4]<br/>16 parameters"]
    end
    subgraph m3["a#60;b #34;c#34;: Sequential, 10 parameters"]
      direction TB
      m4["0: Linear<br/>weight [2, 4]<br/>bias [2]<br/>10 parameters"]
    end
  end`,
    );
  });

  it('SVG puts every box inside its parent', () => {
    const svg = structureSvg(new Model());
    const boxes = Array.from(
      svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g),
      ([, ...numbers]) => numbers.map(Number) as [number, number, number, number],
    );
    expect(boxes).toHaveLength(5);
    const contains = (outer: number, inner: number) => {
      const [x, y, width, height] = boxes[outer]!;
      const [left, top, across, down] = boxes[inner]!;
      return x < left && y < top && left + across < x + width && top + down < y + height;
    };
    for (const [outer, inner] of [
      [0, 1],
      [1, 2],
      [0, 3],
      [3, 4],
    ] as const) {
      expect(contains(outer, inner), `${inner} in ${outer}`).toBe(true);
    }
    expect(svg).toContain('a&#60;b "c": Sequential');
    expect(svg.match(/<text/g)).toHaveLength(2 + 2 + 3 + 2 + 4);
  });
});
