import './facts.css';

/** Names with their values, side by side. */
export function Facts(props: {
  /** What a screen reader calls the list. */
  readonly label: string;
  readonly rows: readonly (readonly [name: string, value: string])[];
}) {
  return (
    <dl class="facts" aria-label={props.label}>
      {props.rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
