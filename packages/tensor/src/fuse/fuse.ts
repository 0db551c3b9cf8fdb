/**
 * Decides which vertices are computed together.
 *
 * Vertices are visited users first. Each joins the kernel of its users where that saves a trip through
 * memory, is repeated in several kernels where that is cheaper than storing it, or founds a kernel.
 *
 * @module
 */
import { type Shape, sameShape, sizeOf } from '../shape.ts';
import { weightOf } from './cost.ts';
import { feedsProducts } from './feeds.ts';
import { Group, operandShape, type Path } from './group.ts';
import { orderGroups } from './order.ts';
import { isPair } from './pairs.ts';
import { inSpaceOf, isSliceInPlace } from './slices.ts';
import type { Capabilities, Edge, Vertex } from './vertex.ts';
import { VertexGraph } from './vertex-graph.ts';
import type { Step } from './view.ts';

/** What the fuser decided. */
interface Fusion {
  /** In an order in which they can run. */
  readonly groups: readonly Group[];
  /** Vertices that own a buffer, with the group that writes it. */
  readonly stored: ReadonlyMap<Vertex, Group>;
}

/** Work per element up to which a vertex is repeated in each kernel that needs it instead of stored. */
const cheap = 12;
const memberLimit = 256;

interface Use {
  readonly group: Group;
  readonly paths: Path[];
}

/** Options of `fuse`. */
interface FuseOptions {
  /** Whether kernels are fused. Default true. */
  readonly fusion?: boolean;
  /** For roots that are written over a leaf, a variable's old value: that leaf. */
  readonly overwrites?: ReadonlyMap<Vertex, Vertex>;
  /** What the device can do. */
  readonly capabilities?: Pick<Capabilities, 'pairs' | 'prologues' | 'scatters'>;
  /** For computations that are repeated: the value that they are not to precede. */
  readonly repeatedAfter?: ReadonlyMap<number, Vertex>;
}

/** Groups the vertices that `roots` need. */
export function fuse(roots: readonly Edge[], options: FuseOptions = {}): Fusion {
  return new Fuser(roots, options).run();
}

class Fuser {
  readonly #graph: VertexGraph;
  readonly #roots: Set<Vertex>;
  readonly #homes = new Map<Vertex, Group[]>();
  readonly #stored = new Map<Vertex, Group>();
  readonly #groups: Group[] = [];
  readonly enabled: boolean;

  constructor(
    readonly roots: readonly Edge[],
    readonly options: FuseOptions,
  ) {
    this.enabled = options.fusion ?? true;
    this.#graph = new VertexGraph(roots);
    this.#roots = new Set(roots.map(({ source }) => source));
  }

  run(): Fusion {
    for (const vertex of this.#graph.vertices.toReversed()) this.#place(vertex);
    const groups = orderGroups(this.#groups, {
      stored: this.#stored,
      roots: this.#roots,
      overwrites: this.options.overwrites ?? new Map(),
      repeatedAfter: this.options.repeatedAfter ?? new Map(),
    });
    return { groups, stored: this.#stored };
  }

  #place(vertex: Vertex): void {
    const { fusible: users, outside } = this.#uses(vertex);
    const mustStore = this.#roots.has(vertex) || outside.size > 0;
    // A kernel that reads the vertex from memory (as a matmul's operand) cannot be the one that writes it.
    const fusible = users.filter(({ group }) => !outside.has(group));
    const joined =
      this.enabled || this.#graph.isGenerated(vertex)
        ? this.#join(vertex, fusible, outside, mustStore)
        : false;
    if (!joined) this.#found(vertex);
  }

  #found(vertex: Vertex): void {
    const group = new Group(vertex, this.#writesSlice(vertex));
    const uses = this.#graph.usersOf(vertex);
    group.feeds =
      !this.#roots.has(vertex) && feedsProducts(vertex, uses, this.options.capabilities);
    this.#groups.push(group);
    this.#homes.set(vertex, [group]);
    this.#stored.set(vertex, group);
  }

  #writesSlice(vertex: Vertex): boolean {
    const { capabilities, overwrites } = this.options;
    const isPossible = this.enabled && (capabilities?.scatters ?? false);
    return isPossible && isSliceInPlace(vertex, this.#graph, this.roots, overwrites);
  }

  /** Tries to compute the vertex where it is used; false if it needs a kernel of its own. */
  #join(
    vertex: Vertex,
    fusible: readonly Use[],
    outside: ReadonlySet<Group>,
    mustStore: boolean,
  ): boolean {
    if (fusible.length === 0) return false;
    switch (vertex.kind) {
      case 'elementwise':
      case 'indexed':
        return this.#joinElementwise(vertex, fusible, outside, mustStore);
      case 'reduction':
        return this.#joinReduction(vertex, fusible, outside);
      case 'matmul':
        return this.#hostEpilogue(vertex, fusible, outside);
      default:
        return false;
    }
  }

  #joinElementwise(
    vertex: Vertex,
    fusible: readonly Use[],
    outside: ReadonlySet<Group>,
    mustStore: boolean,
  ): boolean {
    const uses = fusible.map(
      ({ group, paths }): Use => ({ group, paths: inSpaceOf(vertex, group, paths) }),
    );
    const absorbing = uses.filter(({ group, paths }) => this.#absorbs(group, vertex, paths));
    if (!mustStore && absorbing.length === uses.length) {
      const once = uses.length === 1 && uses[0]!.paths.length === 1;
      if (once || this.#isCheap(vertex)) {
        for (const { group, paths } of absorbing) group.add(vertex, paths);
        this.#homes.set(
          vertex,
          absorbing.map(({ group }) => group),
        );
        return true;
      }
    }
    // Several kernels need it: one computes and stores it in passing, the others read it.
    const home = absorbing.find(
      ({ group, paths }) =>
        !(group.feeds && group.reduces) &&
        paths.some((path) => this.#canStore(group, vertex, path)) &&
        this.#acyclic(group, uses, outside),
    );
    if (!home) return false;
    const { group, paths } = home;
    group.reduces ||= paths.every((path) => group.level(vertex.shape, path) === 'other');
    this.#include(vertex, group, paths, true);
    return true;
  }

  /**
   * Whether a group could store the vertex: an element per point, or per row. A group that does not work by
   * rows yet may begin to, if a reduction over its rows is what the vertex is made of.
   */
  #canStore(group: Group, vertex: Vertex, path: Path): boolean {
    if (group.level(vertex.shape, path) !== 'other') return true;
    if (
      group.reduces ||
      group.host ||
      group.slice ||
      !this.#graph.rowSizes(vertex).has(sizeOf(group.space))
    )
      return false;
    return group.level(vertex.shape, path, true) === 'row';
  }

  #joinReduction(vertex: Vertex, fusible: readonly Use[], outside: ReadonlySet<Group>): boolean {
    const operand = operandShape(vertex);
    for (const { group, paths } of fusible) {
      if (group.host || group.slice || group.members.size >= memberLimit) continue;
      if (!this.#acyclic(group, fusible, outside)) continue;
      const extension = this.#rowExtension(group, vertex, paths, operand);
      if (!extension) continue;
      if (extension.steps.length > 0) {
        if (!group.canFollow(extension.steps)) continue;
        group.reframe(extension.steps, extension.space);
      }
      group.reduces = true;
      const extended = paths.map((path) => [...path, ...extension.steps]);
      const isReadElsewhere = fusible.length > 1 || outside.size > 0 || this.#roots.has(vertex);
      this.#include(vertex, group, extended, isReadElsewhere);
      return true;
    }
    return false;
  }

  /** How a group must change so that `vertex` is one of its row-wise reductions; undefined if it cannot. */
  #rowExtension(
    group: Group,
    vertex: Vertex,
    paths: readonly Path[],
    operand: Shape,
  ): { steps: Step[]; space: Shape } | undefined {
    const rows = sizeOf(vertex.shape);
    const length = operand[operand.length - 1]!;
    if (rows * length === 0) return undefined;
    const last = group.space[group.space.length - 1];
    const sameRows =
      group.space.length > 0 && last === length && sizeOf(group.space) === rows * length;
    if (sameRows && (group.reduces || length > 1)) {
      // The value goes to every element of its row, and the group's rows are the reduction's rows.
      const parallel = rows >= 8 || length <= 4096;
      const fits =
        parallel && paths.every((path) => group.level(vertex.shape, path, true) === 'row');
      const readable = this.#operandFits(group.space, vertex);
      if (fits && readable) return { steps: [], space: group.space };
      if (group.reduces) return undefined;
    }
    if (group.reduces) return undefined;
    const isElement = paths.every((path) => group.level(vertex.shape, path) === 'element');
    if (!isElement) return undefined;
    const column = [...group.space, 1];
    const space = [...group.space, length];
    if (!this.#operandFits(space, vertex)) return undefined;
    const steps: Step[] = [{ op: 'reshape', shape: column }];
    if (length !== 1) steps.push({ op: 'expand', shape: space });
    return { steps, space };
  }

  #operandFits(space: Shape, reduction: Vertex): boolean {
    const group = new Group(reduction);
    const edge = reduction.inputs[0]!;
    const path: Path = sameShape(group.space, space) ? [] : [{ op: 'reshape', shape: space }];
    return group.read(edge, path) !== undefined;
  }

  /**
   * A matmul takes the elementwise group that uses its result as its epilogue; perhaps together with another one, whose
   * left operand is the same.
   */
  #hostEpilogue(vertex: Vertex, fusible: readonly Use[], outside: ReadonlySet<Group>): boolean {
    for (const { group, paths } of fusible) {
      if (group.reduces || group.slice || (group.host && !this.#pairs(group, vertex))) continue;
      const isWhole = paths.every((path) => group.level(vertex.shape, path) === 'element');
      if (!isWhole || !this.#acyclic(group, fusible, outside)) continue;
      const steps: Step[] = sameShape(group.space, vertex.shape)
        ? []
        : [{ op: 'reshape', shape: vertex.shape }];
      if (!group.canFollow(steps)) continue;
      if (steps.length > 0) group.reframe(steps, vertex.shape);
      if (group.host) group.partner = vertex;
      else group.host = vertex;
      const reframed = paths.map((path) => [...path, ...steps]);
      const isReadElsewhere = fusible.length > 1 || outside.size > 0 || this.#roots.has(vertex);
      this.#include(vertex, group, reframed, isReadElsewhere);
      return true;
    }
    return false;
  }

  #pairs({ host, partner }: Group, vertex: Vertex): boolean {
    const rows = sizeOf(vertex.shape.slice(0, -1));
    const isPossible = host?.kind === 'matmul' && !partner && isPair(host, vertex);
    return isPossible && (this.options.capabilities?.pairs?.(rows) ?? false);
  }

  /** Makes the vertex a member of one group, which stores it if anything else reads it. */
  #include(vertex: Vertex, group: Group, paths: readonly Path[], isReadElsewhere: boolean): void {
    group.add(vertex, paths);
    this.#homes.set(vertex, [group]);
    if (isReadElsewhere) this.#stored.set(vertex, group);
  }

  /** Whether a group could compute the vertex without repeating much work or meeting an inexpressible index. */
  #absorbs(group: Group, vertex: Vertex, paths: readonly Path[]): boolean {
    if (group.host?.kind === 'coarse' || group.members.size >= memberLimit) return false;
    const readable = group
      .readsOf(vertex, paths)
      .every(({ edge, path }) => group.read(edge, path) !== undefined);
    if (!readable) return false;
    if (vertex.kind === 'indexed' && !paths.every((path) => group.view(vertex.shape, path)))
      return false;
    return paths.every((path) => this.#repeats(group, vertex, path) * weightOf(vertex) <= cheap);
  }

  /**
   * How often a group would compute each element beyond once; a repetition along the last axis is free,
   * since loops compute it outside.
   */
  #repeats(group: Group, vertex: Vertex, path: Path): number {
    if (this.#graph.isGenerated(vertex)) return 0;
    const size = sizeOf(vertex.shape);
    const space = sizeOf(group.space);
    if (size === 0 || space <= size) return 0;
    const view = group.view(vertex.shape, path);
    if (!view) return Number.POSITIVE_INFINITY;
    let inner = 1;
    for (let axis = group.space.length - 1; axis >= 0 && view.strides[axis] === 0; axis--) {
      inner *= group.space[axis]!;
    }
    return space / inner > size ? space / size : 0;
  }

  /** Whether repeating the vertex costs less than storing and loading it. */
  #isCheap(vertex: Vertex): boolean {
    if (this.#graph.isGenerated(vertex)) return true;
    if (vertex.kind === 'indexed' || weightOf(vertex) > cheap) return false;
    const size = sizeOf(vertex.shape);
    const large = vertex.inputs.filter(
      ({ source }) => !this.#graph.isGenerated(source) && sizeOf(source.shape) * 4 > size,
    );
    return large.length <= 1;
  }

  /** Whether nothing that must run after the vertex has to run before `group`. */
  #acyclic(group: Group, fusible: readonly Use[], outside: ReadonlySet<Group>): boolean {
    const others = new Set([...outside, ...fusible.map((use) => use.group)]);
    others.delete(group);
    if (others.size === 0) return true;
    const seen = new Set<Group>(others);
    const stack = [...others];
    while (stack.length > 0) {
      const current = stack.pop()!;
      for (const member of current.members.keys()) {
        if (this.#stored.get(member) !== current) continue;
        for (const { user } of this.#graph.usersOf(member)) {
          for (const next of this.#homes.get(user) ?? []) {
            if (next === group) return false;
            if (!seen.has(next)) {
              seen.add(next);
              stack.push(next);
            }
          }
        }
      }
    }
    return true;
  }

  /** The groups that use a vertex through an index path, and those that want it in memory. */
  #uses(vertex: Vertex): { fusible: Use[]; outside: Set<Group> } {
    const fusible = new Map<Group, Path[]>();
    const outside = new Set<Group>();
    for (const { user, input, edge } of this.#graph.usersOf(vertex)) {
      for (const group of this.#homes.get(user) ?? []) {
        const inMemory =
          user.kind === 'matmul' ||
          (user.kind === 'coarse' && user !== group.slice) ||
          (user.kind === 'indexed' && input === 0) ||
          vertex.kind === 'coarse';
        if (inMemory) {
          outside.add(group);
          continue;
        }
        const paths = fusible.get(group) ?? [];
        for (const read of group.readsOf(user, group.members.get(user)!)) {
          if (read.edge === edge) paths.push([...edge.steps, ...read.path]);
        }
        fusible.set(group, distinct(paths));
      }
    }
    return {
      fusible: [...fusible].map(([group, paths]) => ({ group, paths })),
      outside,
    };
  }
}

function distinct(paths: readonly Path[]): Path[] {
  return [...new Map(paths.map((path) => [JSON.stringify(path), path])).values()];
}
