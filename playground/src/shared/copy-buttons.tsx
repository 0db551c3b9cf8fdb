import { useEffect, useState } from 'preact/hooks';

interface CopyButtonsProps {
  /** What is shown as a TypeScript program, when it is wanted. */
  program(): string;
}

/** Copies what is shown: as a program for Node, or as a link to it. */
export function CopyButtons({ program }: CopyButtonsProps) {
  return (
    <div class="button-row">
      <CopyButton label="Copy as TypeScript" text={program} />
      <CopyButton label="Copy link" text={() => location.href} />
    </div>
  );
}

interface CopyButtonProps {
  readonly label: string;
  text(): string;
}

/** Copies a text, and says that it did; where the browser forbids it, the text is shown to copy by hand. */
export function CopyButton({ label, text }: CopyButtonProps) {
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle');
  useEffect(() => {
    if (state !== 'copied') return;
    const timer = setTimeout(() => setState('idle'), 2000);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = () =>
    navigator.clipboard.writeText(text()).then(
      () => setState('copied'),
      () => setState('refused'),
    );
  return (
    <>
      <button type="button" class="quiet" onClick={copy}>
        <span aria-live="polite">{state === 'copied' ? 'Copied' : label}</span>
      </button>
      {state === 'refused' && (
        <textarea class="code" rows={6} readOnly aria-label={label} value={text()} />
      )}
    </>
  );
}
