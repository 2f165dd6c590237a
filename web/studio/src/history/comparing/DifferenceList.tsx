/** What differs between two moments, in words: each is a jump to where it is, and can be brought back by itself. */

import { useState } from "preact/hooks";
import type { Room } from "@prime/client";

import { counted } from "../../../../pages/counted.js";
import { inWords } from "../../../../pages/failure_words.js";
import type { Studio } from "../../studio.js";
import { askWhatGoes } from "../asked_back.js";
import { broughtBack, goneBy } from "../restoring.js";
import { bringBackInWords, type Change, type Kind } from "./change_list.js";
import { beginComparing, nowSide, showSide, type Comparison } from "./comparison.js";

/** At most so many are listed. */
const MOST = 300;

const SIGNS: { readonly [kind in Kind]: string } = { added: "+", removed: "−", changed: "~" };

export function DifferenceList({ studio, room, comparison }: { studio: Studio; room: Room; comparison: Comparison }) {
  const { changes } = comparison.found.value;
  const [unchosen, setUnchosen] = useState<ReadonlySet<string>>(new Set());
  const chosenChanges = changes.filter(({ key }) => !unchosen.has(key));
  const choose = (keys: readonly string[], isChosen: boolean): void => {
    const next = new Set(unchosen);
    for (const key of keys) if (isChosen) next.delete(key); else next.add(key);
    setUnchosen(next);
  };
  const all = changes.map(({ key }) => key);
  return (
    <section class="compared" aria-label="What differs">
      <h2><bdi>{comparison.from.title}</bdi> → <bdi>{comparison.to.title}</bdi></h2>
      <p role="status">{changes.length === 0 ? "Nothing differs." : `${counted(changes.length, "thing differs", "things differ")}.`}</p>
      {changes.length > 1 && (
        <label class="row"><input type="checkbox" checked={chosenChanges.length === all.length} onChange={(event) => choose(all, event.currentTarget.checked)} />All of them</label>
      )}
      <ul class="list changes" aria-label="Changes">
        {changes.slice(0, MOST).map((change) => (
          <One key={change.key} studio={studio} comparison={comparison} change={change}
            isChosen={!unchosen.has(change.key)} onChoose={(isChosen) => choose([change.key], isChosen)} />
        ))}
      </ul>
      {changes.length > MOST && <p class="quiet">And {changes.length - MOST} more, which are not listed. They are chosen, too, as long as “All of them” is.</p>}
      <div class="row">
        {changes.length > 0 && <BringBack studio={studio} room={room} comparison={comparison} chosen={chosenChanges} />}
        <button type="button" onClick={() => { studio.comparison.value = null; }}>End comparing</button>
      </div>
    </section>
  );
}

interface OneProps {
  readonly studio: Studio;
  readonly comparison: Comparison;
  readonly change: Change;
  readonly isChosen: boolean;
  readonly onChoose: (isChosen: boolean) => void;
}

function One({ studio, comparison, change, isChosen, onChoose }: OneProps) {
  const { kind, what, details, place } = change;
  const changeText = `${what} ${kind}${details.length === 0 ? "" : `: ${details.slice(0, 4).join(", ")}${details.length > 4 ? " …" : ""}`}`;
  const go = (): void => {
    showSide(studio, comparison.to);
    studio.jump.value = place;
    studio.said.value = changeText;
  };
  return (
    <li>
      <input type="checkbox" aria-label={`${kind === "added" ? "Delete" : "Bring back"}: ${changeText}`} checked={isChosen} onChange={(event) => onChoose(event.currentTarget.checked)} />
      <button type="button" class={`entry ${kind}`} disabled={place === null} title={place === null ? "It is not on the time line" : "Show where it is"} onClick={go}>
        <span><span class="sign" aria-hidden>{SIGNS[kind]}</span> <bdi>{changeText}</bdi></span>
      </button>
    </li>
  );
}

/** Makes what is chosen as it was at the first moment, and then shows now; what goes with it unlisted is asked first. */
function BringBack({ studio, room, comparison, chosen }: { studio: Studio; room: Room; comparison: Comparison; chosen: readonly Change[] }) {
  const [isBusy, setBusy] = useState(false);
  const meant = new Set(chosen.flatMap(({ entities }) => [...entities]));
  const ask = (): void => {
    askWhatGoes(studio.question, { title: bringBackInWords(chosen), gone: () => goneBy(room, comparison.from.song, meant), bring: () => void bringBack() }, meant);
  };
  const bringBack = async (): Promise<void> => {
    setBusy(true);
    try {
      const count = await broughtBack(room, comparison.from, meant);
      if (studio.room.value !== room) return;
      if (comparison.to.seq !== null) beginComparing(studio, comparison.from, nowSide(room));
      studio.tell(count === 0 ? "Nothing of it is otherwise now." : `${counted(count, "change", "changes")} made it as it was; undo takes that back.`);
    } catch (error) {
      studio.tell(inWords(error), "failure");
    } finally {
      setBusy(false);
    }
  };
  return (
    <button type="button" class={chosen.length > 0 && chosen.every(({ kind }) => kind === "added") ? "danger" : "main"} disabled={isBusy || chosen.length === 0 || !studio.mayBringBack} onClick={ask}>
      {bringBackInWords(chosen)}
    </button>
  );
}
