import {
  type AttentionProblem,
  type CoarseOperand,
  contiguousStrides,
  HIDDEN_SCORE,
  MASKED_SCORE,
} from '@llm/tensor/backend';
import { loadElement } from '../../print/access.ts';
import { tanh } from '../../print/library/exponential.ts';
import type { Shader } from '../../print/shader.ts';
import { f32 } from '../wgsl.ts';

/** Statement that declares `position`, the first query's position among the keys. */
export function declarePosition(shader: Shader, { offset }: AttentionProblem): string {
  if (!offset) return 'let position = 0i;';
  return `let position = ${loadElement(shader, offset.buffer, String(offset.offset))};`;
}

/**
 * Declares `score(product, item, head, query, key, position) -> vec2f`: the scaled, capped and masked score,
 * and its derivative by the scaled product: 0 where the score does not depend on it.
 */
export function declareScore(shader: Shader, problem: AttentionProblem): void {
  const { attributes, mask } = problem;
  const { scale, softcap, left, right } = attributes;
  const lines = [`var value = product * ${f32(scale)};`, 'var slope = 1.0f;'];
  if (softcap !== null) {
    lines.push(
      `let capped = ${shader.call(tanh)}(value / ${f32(softcap)});`,
      'slope = 1.0f - capped * capped;',
      `value = capped * ${f32(softcap)};`,
    );
  }
  if (mask) {
    const strides = contiguousStrides(mask.shape);
    const terms = ['item', 'head', 'query', 'key'].flatMap((index, axis) =>
      mask.shape[axis] === 1 ? [] : [`i32(${index}) * ${strides[axis]}`],
    );
    const element = [...terms, String(mask.offset)].join(' + ');
    lines.push(`let at = ${element};`);
    const word = loadElement(shader, mask.buffer, 'at');
    if (attributes.mask === 'additive') {
      lines.push(`value += ${word};`);
      // So written that a NaN counts as masked.
      lines.push(
        `if (!(value >= ${f32(MASKED_SCORE)})) { value = ${f32(MASKED_SCORE)}; slope = 0.0f; }`,
      );
    } else {
      lines.push(`if (!(${word})) { value = ${f32(MASKED_SCORE)}; slope = 0.0f; }`);
    }
  }
  const limits = [
    ...(right === null ? [] : [`i32(key) > place + ${right}`]),
    ...(left === null ? [] : [`i32(key) < place - ${left}`]),
  ];
  if (limits.length > 0) {
    lines.push(
      'let place = i32(query) + position;',
      `if (${limits.join(' || ')}) { value = ${f32(HIDDEN_SCORE)}; slope = 0.0f; }`,
    );
  }
  shader.declare(`fn score(product: f32, item: u32, head: u32, query: u32, key: u32, position: i32) -> vec2f {
  ${lines.join('\n  ')}
  return vec2f(value, slope);
}`);
}

/**
 * Declares `rowWeight(logSumExp, query, position) -> f32`, what exp(score − logSumExp) is multiplied by: 1,
 * but in rows without a live key, where the logarithm of their number is lost against the score of a masked
 * key, one over that number. @see `rowWeight` in `@llm/tensor`
 */
function declareRowWeight(shader: Shader, problem: AttentionProblem): void {
  const { keys, attributes } = problem;
  const { left, right, mask } = attributes;
  if (mask === 'none' && left === null) {
    shader.declare(
      'fn rowWeight(logSumExp: f32, query: u32, position: i32) -> f32 { return 1.0f; }',
    );
    return;
  }
  const first = left === null ? '0' : `max(place - ${left}, 0)`;
  const end = right === null ? `${keys}` : `min(place + ${right + 1}, ${keys})`;
  shader.declare(`fn rowWeight(logSumExp: f32, query: u32, position: i32) -> f32 {
  if (logSumExp >= ${f32(MASKED_SCORE / 2)}) { return 1.0f; }
  if (logSumExp < ${f32(HIDDEN_SCORE * 0.75)}) { return ${f32(1 / keys)}; }
  let place = i32(query) + position;
  return 1.0f / f32(max(${end} - ${first}, 1));
}`);
}

/**
 * Declares `weightAndSlope(product, item, head, query, key, position) -> vec2f`: the weight of a key,
 * exp(score − logSumExp), and what its score's derivative is multiplied by to be the product's; zeros beyond
 * the last query or key. Wants `score`.
 */
export function declareWeightAndSlope(
  shader: Shader,
  problem: AttentionProblem,
  logSumExp: CoarseOperand,
): void {
  const { heads, queries, keys, attributes } = problem;
  declareRowWeight(shader, problem);
  const line = `(item * ${heads}u + head) * ${queries}u + query`;
  shader.declare(`fn weightAndSlope(product: f32, item: u32, head: u32, query: u32, key: u32, position: i32) -> vec2f {
  if (query >= ${queries}u || key >= ${keys}u) { return vec2f(); }
  let sum = ${shader.buffer(logSumExp.buffer)}[${logSumExp.offset}u + ${line}];
  let pair = score(product, item, head, query, key, position);
  let weight = exp(pair.x - sum) * rowWeight(sum, query, position);
  return vec2f(weight, weight * pair.y * ${f32(attributes.scale)});
}`);
}

/**
 * Statements that declare `firstKey` and `endKey`, between which lie all keys that any of the queries from
 * `row0` to before `row0 + count` sees; all keys, if one of these queries sees none, since its row is then
 * uniform.
 */
export function declareKeyRange(
  { attributes, keys, queries }: AttentionProblem,
  count: number,
): string {
  const { left, right } = attributes;
  const low = left === null ? '0' : `max(0, firstPlace - ${left})`;
  const high = right === null ? `${keys}` : `min(${keys}, lastPlace + ${right + 1})`;
  const blind = [
    ...(left === null ? [] : [`lastPlace - ${left} >= ${keys}`]),
    ...(right === null ? [] : [`firstPlace + ${right} < 0`]),
  ];
  return `let firstPlace = i32(row0) + position;
let lastPlace = i32(min(row0 + ${count}u, ${queries}u)) - 1 + position;
let blind = ${blind.length > 0 ? blind.join(' || ') : 'false'};
let firstKey = u32(select(${low}, 0, blind));
let endKey = u32(select(${high}, ${keys}, blind));`;
}
