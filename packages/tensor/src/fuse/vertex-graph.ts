import { sizeOf } from '../shape.ts';
import { operandShape } from './group.ts';
import type { Edge, Vertex } from './vertex.ts';

/** A vertex that reads another. */
export interface User {
  readonly user: Vertex;
  /** Which of the user's inputs it is. */
  readonly input: number;
  readonly edge: Edge;
}

const none: ReadonlySet<number> = new Set();

/** The vertices that some edges need, and what the fuser asks about them before it decides anything. */
export class VertexGraph {
  /** All but leaves, producers first. */
  readonly vertices: readonly Vertex[];
  readonly #users = new Map<Vertex, User[]>();
  readonly #generators = new Set<Vertex>();
  readonly #rowSizes = new Map<Vertex, ReadonlySet<number>>();

  constructor(roots: readonly Edge[]) {
    this.vertices = reachable(roots).filter(({ kind }) => kind !== 'leaf');
    for (const user of this.vertices) {
      this.#rowSizes.set(user, this.#rowSizesOf(user));
      user.inputs.forEach((edge, input) => {
        const list = this.#users.get(edge.source) ?? [];
        list.push({ user, input, edge });
        this.#users.set(edge.source, list);
      });
      const generated =
        user.kind === 'elementwise' &&
        user.inputs.every(({ source }) => this.#generators.has(source));
      if (generated) this.#generators.add(user);
    }
  }

  /** What reads a vertex. */
  usersOf(vertex: Vertex): readonly User[] {
    return this.#users.get(vertex) ?? [];
  }

  /** Whether a vertex is computed from constants and positions alone, so that no memory is read for it. */
  isGenerated(vertex: Vertex): boolean {
    return this.#generators.has(vertex);
  }

  /** Operand sizes of the reductions that a vertex is made of, through elementwise steps of its own size. */
  rowSizes(vertex: Vertex): ReadonlySet<number> {
    return this.#rowSizes.get(vertex) ?? none;
  }

  #rowSizesOf({ inputs, shape }: Vertex): ReadonlySet<number> {
    const found = inputs.map(({ source }) => {
      if (source.kind === 'reduction') return new Set([sizeOf(operandShape(source))]);
      const isStep = source.kind === 'elementwise' && sizeOf(source.shape) === sizeOf(shape);
      return isStep ? this.#rowSizes.get(source)! : none;
    });
    const some = found.filter(({ size }) => size > 0);
    return some.length < 2 ? (some[0] ?? none) : new Set(some.flatMap((sizes) => [...sizes]));
  }
}

/** Vertices that `roots` need, producers first. */
function reachable(roots: readonly Edge[]): Vertex[] {
  const found = new Set<Vertex>();
  const stack = roots.map(({ source }) => source);
  while (stack.length > 0) {
    const vertex = stack.pop()!;
    if (found.has(vertex)) continue;
    found.add(vertex);
    for (const { source } of vertex.inputs) stack.push(source);
  }
  return [...found].sort((a, b) => a.id - b.id); // ids grow from producers to users
}
