import { QuaternaryHeap } from './quaternary-heap.ts';

/** The nodes of a filled lattice, in the order of their begins. */
export interface LatticeNodes {
  /** Length of the word. */
  length: number;
  /** Number of nodes. */
  count: number;
  /** Where each node begins. */
  begins: Int32Array;
  /** Where each node ends. */
  ends: Int32Array;
  /** Piece of each node. */
  ids: Int32Array;
  /** Score of each piece. */
  scores: Float64Array;
  /** Score of the best way from the start to the end of each node. */
  through: Float64Array;
}

/** The end of a way to cut a word: the pieces from `begin` on. */
interface Hypothesis {
  begin: number;
  /** Its first node; -1 for the end of the word. */
  node: number;
  next: Hypothesis | undefined;
  /** Score of the best way through here, and of the part behind here. */
  through: number;
  behind: number;
}

/** The queue is cut down where it grows beyond this. */
const MOST_HYPOTHESES = 100_000;
/** What is left of it: ten for each way that is searched. */
const KEPT_HYPOTHESES = 20;

/**
 * Finds the two best ways to cut a word, by A* from its end (Nagata 1994). Equal scores are common
 * among rare pieces, and which of two equal ways comes first decides which pieces survive; so the
 * order is that of the Rust library down to its heap.
 *
 * @param nodes - A lattice whose best scores are known.
 * @returns Pieces of the best way, and of the second one if there is one.
 */
export function twoBest(nodes: LatticeNodes): number[][] {
  const endingAt: number[][] = Array.from({ length: nodes.length + 1 }, () => []);
  for (let node = 0; node < nodes.count; node++) endingAt[nodes.ends[node]!]!.push(node);
  const ways: number[][] = [];
  let agenda = new QuaternaryHeap<Hypothesis>((a, b) => a.through < b.through);
  agenda.push({ begin: nodes.length, node: -1, next: undefined, through: 0, behind: 0 });
  for (let top = agenda.pop(); top !== undefined; top = agenda.pop()) {
    if (top.node === START) {
      ways.push(piecesOf(top.next, nodes));
      if (ways.length === 2) break;
      continue;
    }
    if (top.begin === 0) {
      agenda.push({ ...top, node: START, next: top, through: top.behind });
      continue;
    }
    for (const node of endingAt[top.begin]!) {
      const begin = nodes.begins[node]!;
      const score = nodes.scores[node]!;
      const through = nodes.through[node]! + top.behind;
      agenda.push({ begin, node, next: top, through, behind: score + top.behind });
    }
    if (agenda.size > MOST_HYPOTHESES) {
      const smaller = new QuaternaryHeap<Hypothesis>((a, b) => a.through < b.through);
      for (let i = 0; i < KEPT_HYPOTHESES; i++) smaller.push(agenda.pop()!);
      agenda = smaller;
    }
  }
  return ways;
}

/** Marks a hypothesis that reached the start of the word. */
const START = -2;

function piecesOf(first: Hypothesis | undefined, nodes: LatticeNodes): number[] {
  const pieces: number[] = [];
  for (let each = first; each !== undefined && each.node >= 0; each = each.next) {
    pieces.push(nodes.ids[each.node]!);
  }
  return pieces;
}
