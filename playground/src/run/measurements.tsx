import { Facts } from '../shared/facts.tsx';
import { formatBytes, formatSeconds } from '../shared/units.ts';
import type { CallOutput } from './operations.ts';

const deviceNames: Readonly<Record<string, string>> = { webgpu: 'WebGPU', wasm: 'WebAssembly' };

/** What a call took. */
export function Measurements({ output }: { readonly output: CallOutput }) {
  const { device, loading, seconds, tokens, memory } = output;
  const rows: [string, string][] = [
    ['Device', deviceNames[device] ?? device],
    ['Time', formatSeconds(seconds)],
    ...(tokens === undefined
      ? []
      : ([
          ['Tokens', String(tokens)],
          ['Speed', `${(tokens / seconds).toFixed(1)} tokens/s`],
        ] as [string, string][])),
    ['Loading', loading === 0 ? 'was loaded' : formatSeconds(loading)],
    ['Memory', `${formatBytes(memory.live)}, at most ${formatBytes(memory.peak)}`],
  ];
  return (
    <div class="measurements">
      <Facts label="What it took" rows={rows} />
    </div>
  );
}
