/** One project of the list, and what an owner may do with it. */

import { useState } from "preact/hooks";
import type { Calls } from "@prime/client";

import { inWords } from "../../../pages/failure_words.js";
import { Dialog } from "../../../pages/Dialog.js";
import { Field, Form } from "../../../pages/Form.js";
import { ROLE_WORDS } from "../people/roles.js";
import type { Studio } from "../studio.js";
import { tempoInWords } from "../words/tempo_words.js";

type Project = Calls["projects.get"]["result"];

interface Props {
  readonly studio: Studio;
  readonly project: Project;
  readonly onChanged: () => void;
}

export function ProjectRow({ studio, project, onChanged }: Props) {
  const [isRenaming, setRenaming] = useState(false);
  const archive = (archived: boolean): void => {
    studio.client.call("projects.archive", { project: project.id, archived })
      .then(onChanged, (error: unknown) => studio.tell(inWords(error), "failure"));
  };
  const askToArchive = (): void => {
    studio.question.value = {
      title: "Archive a project", action: "Archive it", words: `Nobody edits ${project.name.slice(0, 120)} any more, and the list shows it only where archived ones are asked for. An owner can bring it back.`,
      onYes: () => archive(true),
    };
  };
  const isOwner = project.role === "owner";
  return (
    <li class="card row project-row">
      <a class="grow" href={`#project=${encodeURIComponent(project.id)}`}>
        <strong><bdi>{project.name.slice(0, 120)}</bdi></strong>
        <span class="quiet"> {tempoInWords(project.bpm)} · {project.signature}{project.key !== null && <> · {project.key} {project.scale}</>}</span>
      </a>
      <span class="quiet">{ROLE_WORDS[project.role].title}{project.archived && ", archived"}</span>
      <time class="quiet" dateTime={new Date(project.updated_at).toISOString()}>{new Date(project.updated_at).toLocaleDateString()}</time>
      {isOwner && <button type="button" onClick={() => setRenaming(true)}>Rename</button>}
      {isOwner && <button type="button" onClick={() => (project.archived ? archive(false) : askToArchive())}>{project.archived ? "Bring back" : "Archive"}</button>}
      {isRenaming && <Rename studio={studio} project={project} onClose={(isChanged) => { setRenaming(false); if (isChanged) onChanged(); }} />}
    </li>
  );
}

function Rename({ studio, project, onClose }: { studio: Studio; project: Project; onClose: (isChanged: boolean) => void }) {
  return (
    <Dialog title="Rename the project" onClose={() => onClose(false)}>
      <Form label="Rename the project" action="Rename" onSubmit={async ({ name = "" }) => {
        await studio.client.call("projects.update", { project: project.id, version: project.version, name });
        onClose(true);
      }}>
        <Field label="Name" name="name" value={project.name} required maxLength={120} />
      </Form>
    </Dialog>
  );
}
