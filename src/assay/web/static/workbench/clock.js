// Active time: the page is visible, and something was done within the last half minute.

/** @import { Nothing } from "../wire.d.ts" */

const IDLE_MS = 30_000;
const TICK_MS = 1_000;

export class Clock {
  /** @param {(added_ms: number) => void} tick called about once a second while time counts */
  constructor(tick) {
    this.tick = tick;
    this.paused = false;
    this.running = false;
    this.input = 0;
    this.before = performance.now();
    for (const kind of ["keydown", "pointerdown", "pointermove", "wheel", "scroll"]) {
      addEventListener(
        kind,
        () => {
          this.input = performance.now();
        },
        { passive: true, capture: true },
      );
    }
    setInterval(() => this.count(), TICK_MS);
  }

  /** Whether time counts at this moment. */
  get active() {
    const lately = performance.now() - this.input < IDLE_MS;
    return this.running && !this.paused && document.visibilityState === "visible" && lately;
  }

  /** Adds what has passed since the last count, where it counts. */
  count() {
    const now = performance.now();
    const passed = Math.min(now - this.before, IDLE_MS);
    this.before = now;
    if (this.active) this.tick(passed);
  }

  /** An assignment is in view from now on. */
  start() {
    this.count();
    this.input = performance.now();
    this.running = true;
  }

  /** Nothing is in view that could be worked at. */
  stop() {
    this.count();
    this.running = false;
  }

  /** @param {boolean} paused */
  pause(paused) {
    this.count();
    this.paused = paused;
  }
}

/**
 * Minutes and seconds, hours where there are any.
 *
 * @param {number} ms
 */
export function duration(ms) {
  const seconds = Math.floor(ms / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
