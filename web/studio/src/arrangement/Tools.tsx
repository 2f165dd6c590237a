/** The tools of the arrangement, undo, redo, a new track, zoom, colours of the page, and its keys. */

import { chooseTheme, shownTheme } from "../../../pages/theme.js";
import { useLive } from "../../../pages/use_live.js";
import { Icon, type IconName } from "../icons.js";
import { ExportButton } from "../exporting/ExportButton.js";
import { ImportButton } from "../importing/ImportButton.js";
import type { Studio, Tool } from "../studio.js";
import type { ArrangementView } from "./arrangement_view.js";
import { GRIDS } from "../timeline/grid.js";
import { addTrack } from "./track_edits.js";

const TOOLS: readonly (readonly [tool: Tool, title: string, key: string])[] = [
  ["select", "Select and move", "1"],
  ["pencil", "Draw clips", "2"],
  ["scissors", "Split clips", "3"],
];

export function Tools({ studio, view }: { studio: Studio; view: ArrangementView }) {
  const room = studio.room.value;
  const { undo, redo } = useLive(room?.undoable, { undo: 0, redo: 0 });
  const mayEdit = studio.mayEdit;
  return (
    <div class="tools" role="toolbar" aria-label="Tools">
      <Choice studio={studio} />
      <span class="group">
        <button type="button" disabled={!mayEdit || undo === 0} onClick={() => studio.takingBack.undo()} title="Undo your own last edit in this tab (Ctrl+Z)"><Icon name="undo" />Undo</button>
        <button type="button" disabled={!mayEdit || redo === 0} onClick={() => studio.takingBack.redo()} title="Redo (Ctrl+Shift+Z)"><Icon name="redo" />Redo</button>
      </span>
      <button type="button" class="main-quiet" disabled={!mayEdit} title="New track (T)" onClick={() => { if (room !== null) addTrack(studio, room); }}>+ Track</button>
      <ImportButton studio={studio} />
      <ExportButton studio={studio} />
      <Snap studio={studio} />
      <span class="rest" />
      <span class="group">
        <IconButton name="minus" title="Further away (-)" onClick={() => view.zoomBy(1 / 1.4)} />
        <IconButton name="plus" title="Closer (+)" onClick={() => view.zoomBy(1.4)} />
        <IconButton name="whole" title="Whole song (0)" onClick={() => view.showAll()} />
      </span>
      <IconButton name={shownTheme.value === "dark" ? "light" : "dark"} title={shownTheme.value === "dark" ? "Light colours" : "Dark colours"}
        onClick={() => chooseTheme(shownTheme.value === "dark" ? "light" : "dark")} />
      <IconButton name="help" title="Keys (?)" onClick={() => { studio.isHelpOpen.value = true; }} />
    </div>
  );
}

/** What is dragged keeps to it; with Alt held it does not. */
function Snap({ studio }: { studio: Studio }) {
  const { value } = studio.grid;
  return (
    <label class="snap quiet">Grid <select value={String(value)} onChange={(event) => { studio.grid.value = GRIDS.find(([grid]) => String(grid) === event.currentTarget.value)?.[0] ?? "zoom"; }}>
      {GRIDS.map(([grid, title]) => <option key={title} value={String(grid)}>{title}</option>)}
    </select></label>
  );
}

function Choice({ studio }: { studio: Studio }) {
  const choose = (tool: Tool): void => {
    studio.tool.value = tool;
    studio.showPresence({ tool });
  };
  return (
    <span class="group choice">
      {TOOLS.map(([tool, title, key]) => (
        <button key={tool} type="button" title={`${title} (${key})`} aria-label={title} aria-pressed={studio.tool.value === tool}
          disabled={!studio.mayEdit && tool !== "select"} onClick={() => choose(tool)}><Icon name={tool} /></button>
      ))}
    </span>
  );
}

function IconButton({ name, title, onClick }: { name: IconName; title: string; onClick: () => void }) {
  return <button type="button" title={title} aria-label={title.replace(/ \(.*/, "")} onClick={onClick}><Icon name={name} /></button>;
}
