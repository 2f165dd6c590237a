// Runs in the studio page before its own script, and does there what somebody at it does.

globalThis.measured = {
  /** Milliseconds from the start of the load to: the song is drawn; a track that we add shows; it is saved. */
  async firstEdit() {
    const room = await this.frameIn(() => globalThis.prime?.studio.room.value);
    const add = await this.frameIn(() => document.querySelector(".track-head") !== null && this.buttonOf("+ Track"));
    const drawn = performance.now();
    const before = document.querySelectorAll(".track-head").length;
    add.click();
    await this.frameIn(() => document.querySelectorAll(".track-head").length > before);
    const shown = performance.now();
    await room.saved();
    const saved = performance.now();
    await room.undo();
    return { drawn, shown, saved };
  },

  /** The button that can be pressed, or nothing. */
  buttonOf(words) {
    return [...document.querySelectorAll("button")].find((each) => each.textContent === words && !each.disabled);
  },

  /** What a look comes to in the first frame in which it comes to something. */
  async frameIn(look) {
    for (;;) {
      const found = look();
      if (found) return found;
      await this.frame();
    }
  },

  frame() {
    return new Promise((done) => { requestAnimationFrame(done); });
  },

  /** For so long; in each frame the wheel has turned, if it is to. Returns how many there were. */
  async frames(seconds, scrolls) {
    const [, canvas] = document.querySelectorAll(".timeline canvas");
    const end = performance.now() + seconds * 1_000;
    let count = 0;
    for (; performance.now() < end; count += 1) {
      await this.frame();
      if (!scrolls) continue;
      const [right, down] = [count % 60 < 30 ? 7 : -7, count % 40 < 20 ? 7 : -7]; // most of the song stays in sight
      canvas.dispatchEvent(new WheelEvent("wheel", { deltaX: right, deltaY: down, clientX: 700, clientY: 300, bubbles: true, cancelable: true }));
    }
    return count;
  },
};
