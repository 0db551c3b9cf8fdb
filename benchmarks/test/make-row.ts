import type { Row } from '../harness/case.ts';

/** A row with figures, changed where a test needs it. */
export function makeRow(changes: Partial<Row> = {}): Row {
  return {
    suite: 'test',
    case: 'matmul 512³',
    unit: 'GFLOP/s',
    ours: 99.64,
    peer: 'peer',
    peerValue: 25.01,
    ratio: 3.984,
    bar: 3,
    threads: 2,
    peerThreads: 1,
    version: '1.0',
    load: 0.05,
    samples: 10,
    oursRange: [90, 101],
    peerRange: [24, 26],
    ...changes,
  };
}
