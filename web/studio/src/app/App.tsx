/** The whole page: where we are decides what is shown. */

import { Account } from "../account/Account.js";
import { Entry } from "../entry/Entry.js";
import { Projects } from "../projects/Projects.js";
import type { Studio } from "../studio.js";
import { ConfirmDialog } from "./ConfirmDialog.js";
import { ProjectPage } from "./ProjectPage.js";
import { Toasts } from "./Toasts.js";
import { Trouble } from "../connection/Trouble.js";

export function App({ studio }: { studio: Studio }) {
  return (
    <>
      <Trouble studio={studio} />
      <Page studio={studio} />
      <Toasts studio={studio} />
      <ConfirmDialog studio={studio} />
      <div class="unseen" role="status" aria-live="polite">{studio.said.value}</div>
    </>
  );
}

function Page({ studio }: { studio: Studio }) {
  switch (studio.place.value.name) {
    case "entry": return <Entry studio={studio} />;
    case "projects": return <Projects studio={studio} />;
    case "account": return <Account studio={studio} />;
    case "project": return <ProjectPage studio={studio} />;
  }
}
