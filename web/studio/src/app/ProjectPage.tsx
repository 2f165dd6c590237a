/** A project: bar, arrangement, a panel at the side, the scrubber, and a panel below. */

import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";

import { Arrangement } from "../arrangement/Arrangement.js";
import { ComparisonLegend } from "../history/comparing/ComparisonLegend.js";
import { History } from "../history/History.js";
import { WhatWasMissed } from "../history/WhatWasMissed.js";
import { followRecent } from "../history/recent_edits.js";
import { Scrubber } from "../history/Scrubber.js";
import { Snapshots } from "../history/Snapshots.js";
import { Inspector } from "../inspector/Inspector.js";
import { Help } from "../commands/Help.js";
import { listenToKeys } from "../commands/key_listener.js";
import { Launcher } from "../launcher/Launcher.js";
import { Mixer } from "../mixer/Mixer.js";
import { Avatars } from "../people/Avatars.js";
import { ConnectionPill } from "../connection/ConnectionPill.js";
import { People } from "../people/People.js";
import { PianoRoll } from "../pianoroll/PianoRoll.js";
import { Transport } from "../playing/Transport.js";
import type { LowerPanel, SidePanel, Studio } from "../studio.js";
import { announce } from "./announcements.js";
import { Tabs } from "./Tabs.js";

type Panel = ComponentType<{ studio: Studio }>;

const SIDE: { readonly [name in SidePanel]: readonly [title: string, panel: Panel] } = {
  history: ["History", History],
  people: ["People", People],
  inspector: ["Inspector", Inspector],
  snapshots: ["Snapshots", Snapshots],
};

const LOWER: { readonly [name in LowerPanel]: readonly [title: string, panel: Panel] } = {
  mixer: ["Mixer", Mixer],
  pianoroll: ["Notes", PianoRoll],
  launcher: ["Scenes", Launcher],
};

export function ProjectPage({ studio }: { studio: Studio }) {
  studio.revisions.of("project");
  const [room, edits] = [studio.room.value, studio.edits.value];
  useEffect(() => (edits === null ? undefined : followRecent(studio, edits)), [edits]);
  useEffect(() => (room === null || edits === null ? undefined : announce(studio, room, edits)), [room, edits]);
  const name = [...(studio.song?.all("project").values() ?? [])][0]?.name ?? "";
  return (
    <div class="project-page">
      <header class="bar">
        <button type="button" aria-label="To the projects" onClick={() => studio.show("projects")}>‹</button>
        <h1><bdi>{name.slice(0, 80)}</bdi></h1>
        {studio.isArchived.value && <span class="pill busy" title={studio.whyNoEdits}>archived</span>}
        <Transport studio={studio} />
        <Avatars studio={studio} />
        <ConnectionPill studio={studio} />
      </header>
      <main class="song"><Arrangement studio={studio} listenToKeys={listenToKeys} /><ComparisonLegend studio={studio} /><WhatWasMissed studio={studio} /></main>
      <aside class="side">
        <Tabs studio={studio} label="Panels at the side" panels={SIDE} open={studio.side.value}
          onOpen={(panel) => { studio.side.value = panel; }} />
      </aside>
      <div class="moments"><Scrubber studio={studio} /></div>
      <div class="lower">
        <Tabs studio={studio} label="Panels below" panels={LOWER} open={studio.lower.value}
          onOpen={(panel) => { studio.lower.value = studio.lower.value === panel ? null : panel; }} />
      </div>
      <Help studio={studio} />
    </div>
  );
}
