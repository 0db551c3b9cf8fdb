/**
 * Every operation that is not defined by others: what the compiler lowers and the oracle has a rule for.
 * The tests hold that an operation in any graph is a composite or one of these.
 *
 * @module
 */
import { pick } from '../graph.ts';
import * as arithmetic from './arithmetic.ts';
import * as broadcast from './broadcast.ts';
import { bitcastOp, castOp } from './cast.ts';
import { cumsumOp } from './cumsum.ts';
import { detachOp } from './detach.ts';
import { gatherOp } from './gather.ts';
import * as leaf from './leaf.ts';
import * as logic from './logic.ts';
import { matmulOp } from './matmul.ts';
import * as movement from './movement.ts';
import { threefryOp } from './random.ts';
import * as reduce from './reduce.ts';
import { scatterAddOp } from './scatter-add.ts';
import { sortOp } from './sort.ts';
import { takeOp } from './take.ts';
import { whereOp } from './where.ts';

/** The primitive operations by name. */
export const primitives = {
  data: leaf.data,
  scalar: leaf.scalar,
  input: leaf.input,
  variable: leaf.variable,
  full: leaf.full,
  iota: leaf.iota,

  pick,
  detach: detachOp,
  reshape: movement.reshapeOp,
  permute: movement.permuteOp,
  expand: broadcast.expandOp,
  slice: movement.sliceOp,
  pad: movement.padOp,
  flip: movement.flipOp,

  neg: arithmetic.neg.op,
  abs: arithmetic.abs.op,
  sign: arithmetic.sign.op,
  exp: arithmetic.exp.op,
  log: arithmetic.log.op,
  sqrt: arithmetic.sqrt.op,
  rsqrt: arithmetic.rsqrt.op,
  sin: arithmetic.sin.op,
  cos: arithmetic.cos.op,
  tanh: arithmetic.tanh.op,
  erf: arithmetic.erf.op,
  sigmoid: arithmetic.sigmoid.op,
  floor: arithmetic.floor.op,
  ceil: arithmetic.ceil.op,
  round: arithmetic.round.op,
  trunc: arithmetic.trunc.op,
  isnan: logic.isnan.op,
  not: logic.not.op,

  add: arithmetic.add.op,
  sub: arithmetic.sub.op,
  mul: arithmetic.mul.op,
  div: arithmetic.div.op,
  mod: arithmetic.mod.op,
  pow: arithmetic.pow.op,
  maximum: arithmetic.maximum.op,
  minimum: arithmetic.minimum.op,
  equal: logic.equal.op,
  notEqual: logic.notEqual.op,
  less: logic.less.op,
  lessEqual: logic.lessEqual.op,
  and: logic.and.op,
  or: logic.or.op,
  xor: logic.xor.op,
  shiftLeft: logic.shiftLeft.op,
  shiftRight: logic.shiftRight.op,

  where: whereOp,
  cast: castOp,
  bitcast: bitcastOp,
  threefry: threefryOp,

  sum: broadcast.sumOp,
  prod: reduce.prodOp,
  max: reduce.maxOp,
  min: reduce.minOp,
  argmax: reduce.argmaxOp,
  argmin: reduce.argminOp,

  matmul: matmulOp,
  take: takeOp,
  gather: gatherOp,
  scatterAdd: scatterAddOp,
  cumsum: cumsumOp,
  sort: sortOp,
};

/** Name of a primitive operation. */
export type PrimitiveName = keyof typeof primitives;
