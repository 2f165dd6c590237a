import assert from "node:assert/strict";
import { test } from "node:test";

import { Names } from "../../sdk/src/room/user_names.js";

test("nobody is shown by a name that another one has, whatever they call themselves", () => {
  const names = new Names();
  const told = [["u1", "Ada"], ["u2", "Ada (2)"], ["u3", "Ada"], ["u4", "\uff21da"], ["u5", "A\u202eda"], ["u1", "Ben"], ["u6", "ben"], ["u1", "Ada"]] as const;
  assert.deepEqual(told.map(([user, name]) => names.of(user, name)), [
    "Ada", "Ada (2)", "Ada (3)", "\uff21da (4)", "A\u202eda (5)", "Ben", "ben (2)", "Ada",
  ]);
});

test("the number is in front of where a name is cut", () => {
  const names = new Names();
  const long = "Wolfgang Amadeus Mozart, the younger";
  assert.equal(names.of("u1", long), long);
  const second = names.of("u2", long);
  assert.equal(second, "Wolfgang Amadeu… (2)");
  assert.equal(names.of("u3", long), "Wolfgang Amadeu… (3)");
  assert.ok(second.length <= 24);
});
