/**
 * Loads the tensors of the checkpoint in a folder and prints how many bytes of memory the process took for it at
 * most, beyond those it had before.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { openFolder } from '@llm/hub';
import { readTensors } from '../../../packages/nn/src/checkpoint/read.ts';

const KILOBYTE = 1024;

/** Largest memory so far. Linux's `maxRSS` begins with that of the process that started this one. */
function peakBytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * KILOBYTE;
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))!;
  return Number(kilobytes) * KILOBYTE;
}

const before = process.memoryUsage.rss();
const tensors = await readTensors(openFolder(process.argv[2]!));
if (Object.keys(tensors).length === 0) throw new Error('nothing was loaded');
console.log(peakBytes() - before);
