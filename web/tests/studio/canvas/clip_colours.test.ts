import assert from "node:assert/strict";
import { test } from "node:test";

import { clipColour, clipLook, lettersOn, mixed } from "../../../studio/src/canvas/clip_colours.js";
import type { Colours } from "../../../studio/src/canvas/theme_colours.js";

const DARK = { isLight: false } as Colours;
const LIGHT = { isLight: true } as Colours;

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high! + 0.05) / (low! + 0.05);
}

test("names on clips can be read in both themes, on any colour, selected or not", () => {
  const colours = [...Array.from({ length: 10 }, (_, place) => clipColour(null, place)), "#ffffff", "#000000", "#808080", "#ff0000", "#00ff00", "#ffff00"];
  for (const colour of colours) for (const theme of [DARK, LIGHT]) for (const isSelected of [false, true]) {
    const { body, letters } = clipLook(colour, theme, isSelected);
    assert.ok(contrast(body, letters) >= 4.5, `${colour} ${theme.isLight} ${isSelected}: ${contrast(body, letters)}`);
  }
});

test("letters can be read on each colour of a track", () => {
  for (let place = 0; place < 10; place += 1) assert.ok(contrast(clipColour(null, place), lettersOn(clipColour(null, place))) >= 4.5);
  for (const own of ["#ffffff", "#000000", "#808080", "#ff0000", "#00ff00"]) assert.ok(contrast(own, lettersOn(own)) >= 4.5);
  assert.notEqual(clipColour("url(evil)", 0), "url(evil)");
});

test("colours are mixed by parts", () => {
  assert.equal(mixed("#000000", "#ffffff", 0), "#000000");
  assert.equal(mixed("#000000", "#ffffff", 1), "#ffffff");
  assert.equal(mixed("#204060", "#406080", 0.5), "#305070");
});
