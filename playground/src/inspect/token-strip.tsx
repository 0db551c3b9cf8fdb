import { useRef } from 'preact/hooks';
import './inspect.css';

/** A token as a strip shows it. */
export interface StripToken {
  readonly text: string;
  /** What is said about it: to screen readers, and under the pointer. */
  readonly label: string;
  /** How strongly it is shaded, in [0, 1]. */
  readonly shade: number;
}

interface TokenStripProps {
  /** What the tokens are. */
  readonly name: string;
  readonly tokens: readonly StripToken[];
  /** The chosen token. */
  readonly chosen?: number | undefined;
  /** Is told of the token under the pointer, or with the focus; without it tokens are only shown. */
  choose?(position: number): void;
}

/** The tokens of a text: one stop of the Tab key, and arrow keys go from one to the next. */
export function TokenStrip({ name, tokens, chosen, choose }: TokenStripProps) {
  const strip = useRef<HTMLDivElement>(null);
  if (!choose) {
    return (
      <ul class="token-strip" aria-label={name}>
        {tokens.map((token, position) => (
          <li key={position} class="token" title={token.label} style={{ '--shade': token.shade }}>
            <span aria-hidden="true">{shown(token.text)}</span>
            <span class="visually-hidden">{token.label}</span>
          </li>
        ))}
      </ul>
    );
  }
  const stop = Math.min(chosen ?? 0, tokens.length - 1);
  const go = (position: number) => {
    const next = Math.max(0, Math.min(tokens.length - 1, position));
    choose(next);
    (strip.current!.children[next] as HTMLElement).focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowRight' || event.key === 'ArrowDown') go(stop + 1);
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowUp') go(stop - 1);
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(tokens.length - 1);
    else return;
    event.preventDefault();
  };
  return (
    <div ref={strip} class="token-strip" role="toolbar" aria-label={name} onKeyDown={onKeyDown}>
      {tokens.map((token, position) => (
        <button
          key={position}
          type="button"
          class="token"
          style={{ '--shade': token.shade }}
          aria-label={token.label}
          aria-pressed={position === chosen}
          tabIndex={position === stop ? 0 : -1}
          onMouseEnter={() => choose(position)}
          onFocus={() => choose(position)}
          onClick={() => choose(position)}
        >
          {shown(token.text)}
        </button>
      ))}
    </div>
  );
}

/** Line ends are seen; a token of spaces keeps its width. */
function shown(text: string): string {
  return text.replaceAll('\n', '⏎').replaceAll('\t', '⇥');
}
