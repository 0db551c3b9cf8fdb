import { concat, eye, noGrad, stack, type Tensor, tensor, Variable, where, zeros } from '@llm/nn';
import type { Optimizer, StepResult } from '../optimizers/optimizer.ts';
import type { AdaLoraLayer } from './adalora-layer.ts';
import type { AdaLoraConfig } from './config.ts';
import { planOf } from './rank-budget.ts';
import type { JointPart } from './tuner.ts';

/** What a name of a layer in `rank_pattern` ends with. */
const end = '.lora_E';

/**
 * How AdaLoRA's layers share a budget of ranks: after a step the least important ones of all layers are dropped. All of
 * it is computed on the device, in the step; what a step does is told it by variables, so that one plan serves all.
 */
export class RankAllocation implements JointPart {
  readonly #layers: ReadonlyMap<string, AdaLoraLayer>;
  readonly #config: Required<AdaLoraConfig>;
  /** 1 if the step's gradients count, else 0. */
  readonly #measures = scalar('whether importance is measured');
  /** 1 if ranks are chosen anew, else 0. */
  readonly #chooses = scalar('whether ranks are chosen');
  /** How many ranks are dropped then. */
  readonly #dropped = scalar('number of dropped ranks');
  /** 1 if dropped ranks are set to zero, else 0. */
  readonly #masks = scalar('whether dropped ranks are zeroed');

  /** @throws TypeError if `rank_pattern` does not fit the layers */
  constructor(layers: ReadonlyMap<string, AdaLoraLayer>, config: Required<AdaLoraConfig>) {
    this.#layers = layers;
    this.#config = config;
    if (!config.rank_pattern) return;
    const patterns = checkedPatterns(config.rank_pattern, [...layers.keys()], config.init_r);
    for (const [path, { kept }] of layers) {
      kept.assign(tensor(patterns.get(path)!.map(Number), [config.init_r, 1]));
    }
  }

  /** Says which step comes, from 0. */
  beforeStep(step: number): void {
    const { measures, dropped, masks } = planOf(step, this.#layers.size, this.#config);
    this.#measures.assign(tensor(Number(measures)));
    this.#chooses.assign(tensor(Number(dropped !== undefined)));
    this.#dropped.assign(tensor(dropped ?? 0));
    this.#masks.assign(tensor(Number(masks)));
  }

  /** The mean distance of A and B from orthonormal, by its weight; matrices of one shape are done at once. */
  loss(): Tensor {
    const matrices = Array.from(this.#layers.values(), (layer) => layer.orthonormal()).flat();
    const byWidth = new Map<number, Tensor[]>();
    for (const matrix of matrices) {
      const width = matrix.shape[1]!;
      byWidth.set(width, [...(byWidth.get(width) ?? []), matrix]);
    }
    const sums = Array.from(byWidth.values(), (alike) => distances(stack(alike)).sum());
    const sum = sums.reduce((total, each) => total.add(each));
    return sum.mul(this.#config.orth_reg_weight / matrices.length);
  }

  /** Measures the importance of ranks, and drops some. */
  afterStep(optimizer: Optimizer, result: StepResult): void {
    noGrad(() => {
      const counts = result.finite.logicalAnd(this.#measures.gt(0.5));
      const layers = [...this.#layers.values()];
      for (const layer of layers) {
        layer.measure((gradient) => optimizer.clipped(gradient, result), counts, this.#config);
      }
      const chosen = this.#choose(concat(layers.map((layer) => layer.rankScores())));
      const { init_r: rank } = this.#config;
      for (const [index, layer] of layers.entries()) {
        const own = chosen.slice([index * rank, (index + 1) * rank]).reshape(rank, 1);
        const kept = where(this.#chooses.gt(0.5), own, layer.kept);
        layer.keep(kept, this.#masks.gt(0.5));
      }
    });
  }

  /** Which ranks stay, 1 or 0 for each: those with at least `dropped` less important ones. */
  #choose(scores: Tensor): Tensor {
    const isLess = scores.unsqueeze(0).lt(scores.unsqueeze(1)); // [ranks, others]
    return isLess.to('f32').sum(-1).ge(this.#dropped).to('f32');
  }

  /** Without dropped ranks, and which those are. */
  async pack(
    tensors: Readonly<Record<string, Tensor>>,
    nameOf: (path: string, end: string) => string,
  ): Promise<{ tensors: Record<string, Tensor>; config: Partial<AdaLoraConfig> }> {
    const packed = { ...tensors };
    const pattern: Record<string, boolean[]> = {};
    for (const [path, layer] of this.#layers) {
      const kept = Array.from(await layer.kept.data(), (value) => value > 0.5);
      pattern[path + end] = kept;
      for (const name of Object.keys(layer.fileEntries())) {
        const key = nameOf(path, name);
        packed[key] = withRanks(name, kept, tensors[key]!, packRows);
      }
    }
    const isWhole = Object.values(pattern).every((kept) => kept.every(Boolean));
    return { tensors: packed, config: { rank_pattern: isWhole ? null : pattern } };
  }

  /** With zeros for dropped ranks; tensors that do not fit `rank_pattern` are left as they are. */
  unpack(
    tensors: Readonly<Record<string, Tensor>>,
    nameOf: (path: string, end: string) => string,
  ): Record<string, Tensor> {
    const whole = { ...tensors };
    const { rank_pattern, init_r } = this.#config;
    if (!rank_pattern) return whole;
    const patterns = checkedPatterns(rank_pattern, [...this.#layers.keys()], init_r);
    for (const [path, layer] of this.#layers) {
      const kept = patterns.get(path)!;
      const count = kept.filter(Boolean).length;
      for (const [name, { shape }] of Object.entries(layer.fileEntries())) {
        const key = nameOf(path, name);
        const packed = tensors[key];
        const wanted = name === 'lora_B' ? [shape[0], count] : [count, shape[1]];
        if (!packed || String(packed.shape) !== String(wanted)) continue;
        whole[key] = withRanks(name, kept, packed, unpackRows);
      }
    }
    return whole;
  }
}

/** ‖M Mᵀ − I‖ of matrices [count, r, width], of Frobenius: [count]. */
function distances(matrices: Tensor): Tensor {
  const [count, rank] = matrices.shape as readonly [number, number];
  const difference = matrices.matmul(matrices.transpose()).sub(eye(rank)); // [count, r, r]
  // At zero the root has no gradient.
  return difference
    .square()
    .reshape(count, rank * rank)
    .sum(-1)
    .maximum(1e-30)
    .sqrt();
}

/** Changes the ranks of a tensor, which are columns in B and rows in A and E. */
function withRanks(
  name: string,
  kept: readonly boolean[],
  values: Tensor,
  change: (rows: Tensor, kept: readonly boolean[]) => Tensor,
): Tensor {
  return name === 'lora_B' ? change(values.transpose(), kept).transpose() : change(values, kept);
}

/** The rows that are kept. */
function packRows(rows: Tensor, kept: readonly boolean[]): Tensor {
  const own = kept.flatMap((isKept, row) => (isKept ? [rows.slice([row, row + 1])] : []));
  return own.length > 0 ? concat(own) : zeros([0, rows.shape[1]!]);
}

/** Rows of zeros between those that were kept. */
function unpackRows(rows: Tensor, kept: readonly boolean[]): Tensor {
  let next = 0;
  return concat(
    kept.map((isKept) =>
      isKept ? rows.slice([next, ++next]).to('f32') : zeros([1, rows.shape[1]!]),
    ),
  );
}

/**
 * Which ranks each layer keeps.
 *
 * @throws TypeError if layers differ, or one has another number of ranks
 */
function checkedPatterns(
  pattern: Readonly<Record<string, unknown>>,
  paths: readonly string[],
  ranks: number,
): Map<string, readonly boolean[]> {
  const found = new Map<string, readonly boolean[]>();
  for (const path of paths) {
    const kept = Object.hasOwn(pattern, path + end) ? pattern[path + end] : undefined;
    const fits =
      Array.isArray(kept) &&
      kept.length === ranks &&
      kept.every((value) => typeof value === 'boolean');
    if (!fits) {
      throw new TypeError(
        `ADALORA: rank_pattern wants ${ranks} times true or false for ${path}${end}: got ${JSON.stringify(kept)?.slice(0, 80)}`,
      );
    }
    found.set(path, kept);
  }
  const names = new Set(paths.map((path) => path + end));
  const other = Object.keys(pattern).find((name) => !names.has(name));
  if (other === undefined) return found;
  throw new TypeError(`ADALORA: rank_pattern names ${other}, which is no layer of this adapter`);
}

function scalar(name: string): Variable {
  return new Variable(tensor(0), { trainable: false, name });
}
