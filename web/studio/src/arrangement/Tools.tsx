/** The tools of the arrangement, undo, redo, and a new track. */

import { useLive } from "../../../pages/use_live.js";
import type { Studio, Tool } from "../studio.js";
import type { ArrangementView } from "./arrangement_view.js";
import { addTrack } from "./track_edits.js";

const TOOLS: readonly (readonly [tool: Tool, title: string, sign: string])[] = [
  ["select", "Select and move", "↖"],
  ["pencil", "Draw clips", "✎"],
  ["scissors", "Split clips", "✂"],
];

export function Tools({ studio, view }: { studio: Studio; view: ArrangementView }) {
  const room = studio.room.value;
  const { undo, redo } = useLive(room?.undoable, { undo: 0, redo: 0 });
  const mayEdit = studio.mayEdit;
  const choose = (tool: Tool): void => {
    studio.tool.value = tool;
    studio.showPresence({ tool });
  };
  return (
    <div class="tools" role="toolbar" aria-label="Tools">
      {TOOLS.map(([tool, title, sign]) => (
        <button key={tool} type="button" title={title} aria-label={title} aria-pressed={studio.tool.value === tool} disabled={!mayEdit && tool !== "select"}
          onClick={() => choose(tool)}>{sign}</button>
      ))}
      <button type="button" disabled={!mayEdit || undo === 0} onClick={() => studio.undo()} title="Undo your own last edit (Ctrl+Z)">Undo</button>
      <button type="button" disabled={!mayEdit || redo === 0} onClick={() => studio.redo()} title="Redo (Ctrl+Shift+Z)">Redo</button>
      <button type="button" disabled={!mayEdit} onClick={() => { if (room !== null) addTrack(studio, room); }}>+ Track</button>
      <button type="button" onClick={() => view.showAll()} title="Show the whole song">Whole song</button>
    </div>
  );
}
