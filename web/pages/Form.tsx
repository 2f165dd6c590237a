/** A form that sends once at a time, and says below its fields why it could not. */

import type { ComponentChildren, JSX } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";

import { fieldOf, inWords, type Labels } from "./failure_words.js";

export type Fields = { readonly [name: string]: string };

interface FormProps {
  readonly label: string;
  /** What stands on the button. */
  readonly action: string;
  /** What stands on it while it is done, of what may take long. */
  readonly underWay?: string;
  readonly danger?: boolean;
  /** What it throws is shown in words. */
  readonly onSubmit: (fields: Fields) => Promise<void>;
  readonly children?: ComponentChildren;
}

export function Form({ label, action, underWay = action, danger = false, onSubmit, children }: FormProps) {
  const [failure, setFailure] = useState("");
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    setFailure("");
    const form = event.target as HTMLFormElement;
    try {
      await onSubmit(fieldsOf(form));
    } catch (error) {
      setFailure(inWords(error, labelsOf(form)));
      const wrongField = form.elements.namedItem(fieldOf(error) ?? "");
      if (wrongField instanceof HTMLElement) wrongField.focus();
    }
    setBusy(false);
  };
  return (
    <form class="form" aria-label={label} aria-busy={isBusy} onSubmit={(event) => void submit(event)}>
      {children}
      {failure !== "" && <p class="failure" role="alert"><bdi>{failure}</bdi></p>}
      <button type="submit" class={danger ? "danger" : "main"} disabled={isBusy}>{isBusy ? underWay : action}</button>
    </form>
  );
}

function fieldsOf(form: HTMLFormElement): Fields {
  const fields: { [name: string]: string } = {};
  for (const [name, value] of new FormData(form)) fields[name] = String(value);
  return fields;
}

function labelsOf(form: HTMLFormElement): Labels {
  const labels = new Map<string, string>();
  for (const element of form.elements) {
    if ((element instanceof HTMLInputElement || element instanceof HTMLSelectElement) && element.labels?.[0]) labels.set(element.name, element.labels[0].textContent);
  }
  return labels;
}

type FieldProps = { readonly label: string; readonly hint?: string } & JSX.HTMLAttributes<HTMLInputElement> & {
  readonly name: string;
  readonly type?: string;
  readonly value?: string | number;
  readonly required?: boolean;
  readonly autocomplete?: string;
  readonly maxLength?: number;
  readonly minLength?: number;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number | string;
  readonly inputMode?: string;
  readonly placeholder?: string;
  /** Who opens the form types here. */
  readonly takesFocus?: boolean;
};

/** A labelled input. `value` is what it begins with: what is typed stays when the form is drawn again. */
export function Field({ label, hint, value, takesFocus = false, ...input }: FieldProps) {
  const id = useId();
  const box = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => { if (takesFocus) box.current?.focus(); }, []);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input ref={box} id={id} {...(hint !== undefined && { "aria-describedby": `${id}-hint` })} {...(value !== undefined && { defaultValue: String(value) })} {...(input as object)} />
      {hint !== undefined && <small id={`${id}-hint`} class="quiet">{hint}</small>}
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  /** Value and what it is called. */
  readonly options: readonly (readonly [value: string, title: string])[];
  readonly onChoose?: (value: string) => void;
}

/** A labelled list of which one is chosen; `value` at first, and where what was chosen is gone. */
export function Choice({ label, name, value, options, onChoose }: ChoiceProps) {
  const id = useId();
  const [chosen, setChosen] = useState(value);
  const choose = (next: string): void => {
    setChosen(next);
    onChoose?.(next);
  };
  const isThere = options.some(([each]) => each === chosen);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} name={name} value={isThere ? chosen : value} onChange={(event) => choose(event.currentTarget.value)}>
        {options.map(([each, title]) => <option key={each} value={each}>{title}</option>)}
      </select>
    </div>
  );
}
