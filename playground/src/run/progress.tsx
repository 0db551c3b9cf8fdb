import { formatBytes } from '../shared/units.ts';
import type { CallEvent } from './operations.ts';

/** What a call does at the moment. */
export function Progress({ event }: { readonly event: CallEvent | undefined }) {
  const text = textOf(event);
  const share = event?.kind === 'download' ? event.loaded / Math.max(1, event.total) : undefined;
  return (
    <div class="field">
      <span id="progress-text" class="note">
        {text}
      </span>
      <progress
        aria-labelledby="progress-text"
        max={1}
        {...(share !== undefined && share < 1 && { value: share })}
      />
    </div>
  );
}

function textOf(event: CallEvent | undefined): string {
  switch (event?.kind) {
    case undefined:
      return 'Starting …';
    case 'download': {
      const { loaded, total } = event;
      if (loaded >= total) return 'Loading the model …';
      return `Downloading the model: ${formatBytes(loaded)} of ${formatBytes(total)}`;
    }
    case 'computing':
      return 'Computing …';
    case 'generated':
      return `${event.tokens} tokens`;
  }
}
