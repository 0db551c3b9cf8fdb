import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { busyTicks, loadBetween, parseProcess, readCpuTime, treeTicks } from '../harness/load.ts';

test('load is the CPU time of others per second', () => {
  const start = { all: 100, own: 40, wall: 10 };
  expect(loadBetween(start, { all: 108, own: 46, wall: 14 })).toBe(0.5);
  // the counters tick at different moments: never below zero
  expect(loadBetween(start, { all: 108, own: 48.01, wall: 14 })).toBe(0);
});

test('idle and waiting time are not busy; stolen time is', () => {
  expect(busyTicks('cpu  1 2 4 1000 2000 8 16 32 0 0\ncpu0 9 9 9 9\n')).toBe(63);
});

test('a process name with spaces and parentheses does not shift the fields', () => {
  // pid, name, state, parent, nine fields not used, utime, stime, cutime, cstime, priority
  const stat = '42 (a) b (c) S 7 9 9 9 9 9 9 9 9 9 3 4 5 6 20';
  expect(parseProcess(stat)).toEqual({ pid: 42, parent: 7, ticks: 3 + 4 + 5 + 6 });
});

test('a tree is a process and all that descend from it', () => {
  const processes = [
    { pid: 1, parent: 0, ticks: 1000 },
    { pid: 10, parent: 1, ticks: 1 },
    { pid: 11, parent: 10, ticks: 2 },
    { pid: 12, parent: 11, ticks: 4 },
    { pid: 20, parent: 1, ticks: 100 },
  ];
  expect(treeTicks(processes, 10)).toBe(7);
});

test('CPU time of a child counts as our own, alive or ended', async () => {
  const start = readCpuTime();
  const code = 'while (process.cpuUsage().user < 4e5);';
  const child = spawn(process.execPath, ['-e', code]);
  await new Promise((resolve) => child.once('exit', resolve));
  const end = readCpuTime();
  expect(end.own - start.own).toBeGreaterThan(0.35);
  expect(end.all).toBeGreaterThanOrEqual(start.all);
}, 60_000);
