/** The whole page: where we are decides what is shown. */

import { useLive } from "../../../pages/use_live.js";
import { Account } from "../account/Account.js";
import { Entry } from "../entry/Entry.js";
import { Projects } from "../projects/Projects.js";
import type { Studio } from "../studio.js";
import { ProjectPage } from "./ProjectPage.js";
import { Toasts } from "./Toasts.js";

export function App({ studio }: { studio: Studio }) {
  return (
    <>
      <Page studio={studio} />
      <Over studio={studio} />
      <Toasts studio={studio} />
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

/** The client does not come back by itself: say why, and what to do. */
function Over({ studio }: { studio: Studio }) {
  const status = useLive(studio.client.status, { name: "connecting" });
  if (status.name !== "over") return null;
  return (
    <div class="over" role="alert">
      <bdi>{status.message ?? "The connection has ended for good."}</bdi>
      <button type="button" class="main" onClick={() => location.reload()}>Load the page again</button>
    </div>
  );
}
