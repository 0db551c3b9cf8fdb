/**
 * The batches of `Trainer`, for the PyTorch references of `npm run evaluate`: with few steps the order alone moves
 * scores by several points, so both sides take the same one. Reads `{count, epochs, seed, batchSize, lengths?}` from
 * standard input, writes for each epoch a list of batches of indices.
 */
import { readFileSync } from 'node:fs';
import { batchOrder } from '../../packages/train/src/trainer/order.ts';

const { count, epochs, ...options } = JSON.parse(readFileSync(0, 'utf8'));
const orders = Array.from({ length: epochs }, (_, epoch) =>
  batchOrder(count, epoch, { shuffle: true, dropLast: false, ...options }),
);
console.log(JSON.stringify(orders));
