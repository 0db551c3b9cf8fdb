import { useEffect, useState } from 'preact/hooks';
import { type AvailableDevices, availableDevices } from '../devices/available.ts';

interface DeviceChoiceProps {
  readonly device: string;
  onChange(device: string): void;
}

/** Where models run; what cannot be chosen says why. */
export function DeviceChoice({ device, onChange }: DeviceChoiceProps) {
  const [available, setAvailable] = useState<AvailableDevices>();
  useEffect(() => {
    availableDevices().then(setAvailable);
  }, []);
  const hasGpu = available && 'name' in available.webgpu;
  return (
    <div class="device-choice">
      <label for="device">Device</label>
      <select
        id="device"
        value={device}
        aria-describedby="device-note"
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        <option value="auto">Automatic</option>
        <option value="webgpu" disabled={available && !hasGpu}>
          WebGPU
        </option>
        <option value="wasm">WebAssembly</option>
      </select>
      <p id="device-note" class="note">
        {available && noteOf(device, available)}
      </p>
    </div>
  );
}

function noteOf(device: string, { webgpu, wasm }: AvailableDevices): string {
  const processor = wasm.reason ?? `${wasm.threads} ${wasm.threads === 1 ? 'thread' : 'threads'}`;
  if ('reason' in webgpu) {
    return device === 'webgpu'
      ? `No WebGPU: ${webgpu.reason}`
      : `WebAssembly, ${processor}. ${sentence(webgpu.reason)}.`;
  }
  const gpu = webgpu.isSoftware ? `${webgpu.name} (software, slow)` : webgpu.name;
  if (device === 'webgpu') return gpu;
  if (device === 'wasm' || webgpu.isSoftware) return `WebAssembly, ${processor}`;
  return `WebGPU: ${gpu}`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
