/** The keys and what they do. */

import { Dialog } from "../../../pages/Dialog.js";
import type { Studio } from "../studio.js";
import { keysInWords } from "./key_table.js";

export function Help({ studio }: { studio: Studio }) {
  if (!studio.isHelpOpen.value) return null;
  return (
    <Dialog title="Keys" onClose={() => { studio.isHelpOpen.value = false; }}>
      <dl class="keys">
        {keysInWords().map(([keys, words]) => <div key={keys}><dt><kbd>{keys}</kbd></dt><dd>{words}</dd></div>)}
      </dl>
    </Dialog>
  );
}
