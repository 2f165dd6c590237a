import assert from "node:assert/strict";
import { test } from "node:test";

import { keyInWords } from "../../../studio/src/words/key_words.js";

test("keys have names", () => assert.deepEqual([60, 0, 127, 70].map(keyInWords), ["C4", "C-1", "G9", "B♭4"]));
