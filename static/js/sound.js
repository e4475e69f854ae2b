/** Short sounds, synthesized. The switch is remembered on this device. */

import { deviceStore } from "./storage.js";

/** @typedef {"guessed" | "skipped" | "undo" | "join" | "tick" | "start" | "end" | "win"} Tune */

const KEY = "partyflow.sound";

/**
 * The notes of each tune: frequency in Hz, start and length in seconds.
 * @type {Record<Tune, [frequency: number, start: number, length: number][]>}
 */
const TUNES = {
  guessed: [
    [660, 0, 0.09],
    [880, 0.08, 0.14],
  ],
  skipped: [[330, 0, 0.12]],
  undo: [
    [440, 0, 0.07],
    [330, 0.07, 0.1],
  ],
  join: [[523, 0, 0.09]],
  tick: [[990, 0, 0.04]],
  start: [
    [523, 0, 0.1],
    [659, 0.1, 0.1],
    [784, 0.2, 0.22],
  ],
  end: [
    [784, 0, 0.14],
    [587, 0.14, 0.14],
    [392, 0.28, 0.34],
  ],
  win: [
    [523, 0, 0.12],
    [659, 0.12, 0.12],
    [784, 0.24, 0.12],
    [1047, 0.36, 0.4],
  ],
};

export class Sound {
  /** @type {AudioContext | null} */
  #context = null;

  get isOn() {
    return deviceStore.getItem(KEY) !== "off";
  }

  set isOn(isOn) {
    deviceStore.setItem(KEY, isOn ? "on" : "off");
  }

  /**
   * Call this in the handler of every tap: browsers allow no sound before one, and iOS interrupts it for a call, Siri
   * or the lock screen until the next.
   */
  unlock() {
    const Context = window.AudioContext ?? webkitAudioContext();
    if (!Context) {
      return;
    }
    if (!this.#context || this.#context.state === "closed") {
      this.#context = new Context();
    }
    if (this.#context.state !== "running") {
      this.#context.resume().catch((error) => console.info("No sound yet:", error));
    }
  }

  /** Play a tune, if sound is on and unlocked. @param {Tune} name */
  play(name) {
    const context = this.#context;
    if (context?.state !== "running" || !this.isOn) {
      return;
    }
    for (const [frequency, start, length] of TUNES[name]) {
      const at = context.currentTime + start;
      const oscillator = new OscillatorNode(context, { type: "triangle", frequency });
      const gain = new GainNode(context, { gain: 0.0001 });
      gain.gain.exponentialRampToValueAtTime(0.18, at + 0.01);
      gain.gain.exponentialRampToValueAtTime(0.0001, at + length);
      oscillator.connect(gain).connect(context.destination);
      oscillator.start(at);
      oscillator.stop(at + length + 0.02);
    }
  }
}

/** Old Safari's name for it. @returns {typeof AudioContext | undefined} */
function webkitAudioContext() {
  return Reflect.get(window, "webkitAudioContext");
}
