import { useRef } from 'preact/hooks';
import type { Tab } from './tabs.ts';

interface TabListProps {
  readonly tabs: readonly Tab[];
  readonly shown: string;
  open(id: string): void;
}

/** The row of tabs: one stop of the Tab key, arrow keys go from one to the next (ARIA's pattern for tabs). */
export function TabList({ tabs, shown, open }: TabListProps) {
  const list = useRef<HTMLDivElement>(null);
  const go = (position: number) => {
    const { id } = tabs.at(position % tabs.length)!;
    open(id);
    list.current!.querySelector<HTMLElement>(`#tab-${id}`)!.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const position = tabs.findIndex(({ id }) => id === shown);
    if (event.key === 'ArrowRight') go(position + 1);
    else if (event.key === 'ArrowLeft') go(position - 1);
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(-1);
    else return;
    event.preventDefault();
  };
  return (
    <div ref={list} class="tab-list" role="tablist" aria-label="Views" onKeyDown={onKeyDown}>
      {tabs.map(({ id, title }) => (
        <button
          key={id}
          id={`tab-${id}`}
          type="button"
          role="tab"
          aria-selected={id === shown}
          aria-controls={`panel-${id}`}
          tabIndex={id === shown ? 0 : -1}
          onClick={() => open(id)}
        >
          {title}
        </button>
      ))}
    </div>
  );
}
