import type { MeasurementProgress } from '@espalier/contracts';

const REPORT_INTERVAL_MS = 500;

/** Counts passes of a mini-batch through a model, and tells of them about twice a second. */
export class Passes {
  readonly #report: (progress: MeasurementProgress) => void;
  readonly #now: () => number;
  readonly #startMs: number;
  #nextMs = Number.NEGATIVE_INFINITY;
  #done = 0;
  #planned = 0;

  constructor(report: (progress: MeasurementProgress) => void, now: () => number) {
    this.#report = report;
    this.#now = now;
    this.#startMs = now();
  }

  /** How many passes have been made. */
  get count(): number {
    return this.#done;
  }

  /** Says how many there will be in all. */
  plan(passes: number): void {
    this.#planned = passes;
  }

  /** One more has been made. The last one that was planned is always told of. */
  add(): void {
    this.#done++;
    const nowMs = this.#now();
    if (nowMs < this.#nextMs && this.#done !== this.#planned) return;
    this.#nextMs = nowMs + REPORT_INTERVAL_MS;
    const elapsedMs = nowMs - this.#startMs;
    const left = Math.max(0, this.#planned - this.#done);
    this.#report({
      phase: 'scoring',
      runs: this.#done,
      plannedRuns: Math.max(this.#planned, this.#done),
      elapsedMs,
      remainingMs: (elapsedMs / this.#done) * left,
    });
  }
}
