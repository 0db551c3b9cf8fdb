import type { UnigramCorpus } from './expectation.ts';
import { Lattice, type UnigramPieces } from './lattice.ts';
import type { ScoredPiece } from './seed-pieces.ts';

/**
 * Drops the pieces whose loss costs least: each is thought to be replaced by the second best way
 * to spell it, wherever the best way to cut a word uses it.
 *
 * @param pieces - The pieces; the first, for unknown characters, stays.
 * @param model - The same, prepared.
 * @param corpus - The words.
 * @param size - Pieces to keep, unless more cannot be replaced.
 */
export function prunePieces(
  pieces: readonly ScoredPiece[],
  model: UnigramPieces,
  corpus: UnigramCorpus,
  size: number,
): ScoredPiece[] {
  const lattice = new Lattice();
  const { alternatives, alwaysKeep } = findAlternatives(pieces, model, lattice);

  const uses = new Float64Array(pieces.length);
  let words = 0;
  for (let word = 0; word < corpus.size; word++) {
    const start = corpus.starts[word]!;
    const count = corpus.counts[word]!;
    words += count;
    lattice.fill(model, corpus.text, start, corpus.starts[word + 1]! - start);
    for (const id of lattice.best()) uses[id]! += count;
  }
  const total = uses.reduce((sum, count) => sum + count, 0);
  const logTotal = Math.log(total);

  const kept: ScoredPiece[] = [pieces[0]!];
  const candidates: { piece: ScoredPiece; loss: number }[] = [];
  for (let id = 1; id < pieces.length; id++) {
    const piece = pieces[id]!;
    const count = uses[id]!;
    const others = alternatives[id]!;
    if (count === 0 && !alwaysKeep[id]) continue;
    if (others.length === 0) {
      kept.push(piece);
    } else if (count > 0) {
      // The new total has `others.length - 1` more pieces a use. The Rust code takes the number of
      // all pieces instead; so does this, to keep the same ones.
      const logTotalWithout = Math.log(total + count * (pieces.length - 1));
      let without = 0;
      for (const other of others) without += Math.log(uses[other]! + count) - logTotalWithout;
      candidates.push({ piece, loss: (count / words) * (Math.log(count) - logTotal - without) });
    }
  }
  candidates.sort((a, b) => b.loss - a.loss);
  // The Rust code compares for equality, so it stops nowhere if too many were kept already.
  const room = size - kept.length;
  const chosen = room < 0 ? candidates : candidates.slice(0, room);
  return [...kept, ...chosen.map(({ piece }) => piece)];
}

interface Alternatives {
  /** The pieces that spell each piece without itself; empty where that is never needed. */
  alternatives: readonly number[][];
  /** Pieces that are the best way to spell themselves. */
  alwaysKeep: boolean[];
}

function findAlternatives(
  pieces: readonly ScoredPiece[],
  model: UnigramPieces,
  lattice: Lattice,
): Alternatives {
  const alternatives: number[][] = pieces.map(() => []);
  const alwaysKeep = pieces.map(() => true);
  alwaysKeep[0] = false;
  for (let id = 1; id < pieces.length; id++) {
    const text = Int32Array.from(pieces[id]!.piece, (character) => character.codePointAt(0)!);
    lattice.fill(model, text, 0, text.length);
    const [best, second] = lattice.twoBest();
    if (second === undefined) continue;
    if (best!.length > 1) alwaysKeep[id] = false;
    else alternatives[id] = second;
  }
  return { alternatives, alwaysKeep };
}
