import type { Vertex } from './vertex.ts';

const weights: Record<string, number> = {
  exp: 8,
  log: 8,
  sin: 12,
  cos: 12,
  tanh: 10,
  sigmoid: 10,
  erf: 12,
  pow: 40,
  div: 3,
  sqrt: 3,
  rsqrt: 3,
  mod: 6,
  threefry: 100,
};

/** Cost of computing one element of a vertex, in simple operations. */
export function weightOf(vertex: Vertex): number {
  return weights[vertex.name] ?? 1;
}
