/** The projects that we may open: search, make, rename, archive. */

import { useEffect, useState } from "preact/hooks";

import { inWords } from "../../../pages/failure_words.js";
import { Field, Form } from "../../../pages/Form.js";
import { useLive } from "../../../pages/use_live.js";
import { ConnectionPill } from "../connection/ConnectionPill.js";
import type { Studio } from "../studio.js";
import { ProjectRow } from "./ProjectRow.js";
import { ProjectList } from "./project_list.js";

export function Projects({ studio }: { studio: Studio }) {
  const [list] = useState(() => new ProjectList(studio.client));
  const [isMaking, setMaking] = useState(false);
  const user = useLive(studio.client.user, null);
  const isGuest = studio.isGuest.value;
  useEffect(() => void list.load(), [list]);
  const { rows, isWhole, failure, isLoading } = list.shown.value;
  return (
    <main class="sheet">
      <header>
        <div class="brand"><img src="/web/icon.svg" alt="" />Prime</div>
        <div class="row">
          <ConnectionPill studio={studio} />
          <button type="button" onClick={() => studio.show("account")}>{(user?.name || user?.username || "Account").slice(0, 40)}</button>
        </div>
      </header>
      <h1>Projects</h1>
      <div class="row" role="search">
        <input class="grow" type="search" aria-label="Search in the names of projects" placeholder="Search" maxLength={100}
          onInput={(event) => list.search(event.currentTarget.value)} />
        <label class="row"><input type="checkbox" onChange={(event) => list.showArchived(event.currentTarget.checked)} />Archived ones, too</label>
        {isGuest === false && <button type="button" class="main" aria-expanded={isMaking} onClick={() => setMaking(!isMaking)}>New project</button>}
      </div>
      {isGuest === true && <p class="quiet">You are here as a guest, and own no projects. <button type="button" onClick={() => studio.show("account")}>Make an account</button></p>}
      {isMaking && isGuest === false && <MakeProject studio={studio} />}
      {failure !== null && <p class="failure" role="alert">{inWords(failure)} <button type="button" onClick={() => void list.load()}>Try again</button></p>}
      <ul class="list" aria-busy={isLoading}>
        {rows.map((project) => <ProjectRow key={project.id} studio={studio} project={project} onChanged={() => void list.load()} />)}
      </ul>
      {rows.length === 0 && !isLoading && failure === null && <p class="quiet">No project here yet: {isGuest === false && "make one, or "}ask for an invitation to one.</p>}
      {!isWhole && <button type="button" disabled={isLoading} onClick={() => void list.more()}>More</button>}
    </main>
  );
}

function MakeProject({ studio }: { studio: Studio }) {
  const make = async ({ name = "", bpm = "" }: { readonly [field: string]: string }): Promise<void> => {
    const project = await studio.client.call("projects.create", { name, bpm: Number(bpm) });
    await studio.open(project.id);
  };
  return (
    <div class="card">
      <Form label="New project" action="Make the project" onSubmit={make}>
        <Field label="Name" name="name" required maxLength={120} takesFocus />
        <Field label="Tempo, in beats a minute" name="bpm" type="number" min={20} max={400} step="any" value={120} required />
      </Form>
    </div>
  );
}
