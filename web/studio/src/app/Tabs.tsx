/** Panels of which one is open, or none. */

import type { ComponentType } from "preact";

import type { Studio } from "../studio.js";

interface Props<Name extends string> {
  readonly studio: Studio;
  readonly label: string;
  readonly panels: { readonly [name in Name]: readonly [title: string, panel: ComponentType<{ studio: Studio }>] };
  readonly open: Name | null;
  readonly onOpen: (panel: Name) => void;
}

export function Tabs<Name extends string>({ studio, label, panels, open, onOpen }: Props<Name>) {
  const names = Object.keys(panels) as Name[];
  const Open = open === null ? null : panels[open][1];
  return (
    <>
      <div class="tabs" role="group" aria-label={label}>
        {names.map((name) => (
          <button key={name} type="button" aria-expanded={name === open} onClick={() => onOpen(name)}>{panels[name][0]}</button>
        ))}
      </div>
      {Open !== null && <div class="panel"><Open studio={studio} /></div>}
    </>
  );
}
