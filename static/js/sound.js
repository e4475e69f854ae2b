/** Short sounds, made on the spot. Off or on is remembered on this device. */

import { local } from "./storage.js";

const KEY = "partyflow.sound";

/** Each note: frequency in Hz, start and length in seconds. */
const TUNES = {
  guessed: [[660, 0, 0.09], [880, 0.08, 0.14]],
  skipped: [[330, 0, 0.12]],
  undo: [[440, 0, 0.07], [330, 0.07, 0.1]],
  join: [[523, 0, 0.09]],
  tick: [[990, 0, 0.04]],
  start: [[523, 0, 0.1], [659, 0.1, 0.1], [784, 0.2, 0.22]],
  end: [[784, 0, 0.14], [587, 0.14, 0.14], [392, 0.28, 0.34]],
  win: [[523, 0, 0.12], [659, 0.12, 0.12], [784, 0.24, 0.12], [1047, 0.36, 0.4]],
};

export class Sound {
  #context = null;

  get isOn() {
    return local.getItem(KEY) !== "off";
  }

  set isOn(isOn) {
    local.setItem(KEY, isOn ? "on" : "off");
  }

  /** Call this in the handler of a tap: browsers let no page sound before one. */
  unlock() {
    const Context = window.AudioContext ?? window.webkitAudioContext;
    if (!Context) {
      return;
    }
    this.#context ??= new Context();
    if (this.#context.state === "suspended") {
      this.#context.resume();
    }
  }

  /** Play the tune of this name, if sound is on and unlocked. */
  play(name) {
    const context = this.#context;
    if (!context || context.state !== "running" || !this.isOn) {
      return;
    }
    TUNES[name].forEach(([frequency, start, length]) => {
      const at = context.currentTime + start;
      const oscillator = new OscillatorNode(context, { type: "triangle", frequency });
      const gain = new GainNode(context, { gain: 0.0001 });
      gain.gain.exponentialRampToValueAtTime(0.18, at + 0.01);
      gain.gain.exponentialRampToValueAtTime(0.0001, at + length);
      oscillator.connect(gain).connect(context.destination);
      oscillator.start(at);
      oscillator.stop(at + length + 0.02);
    });
  }
}
