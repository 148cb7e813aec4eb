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

  /** One more has been made. */
  add(): void {
    this.#done++;
    const nowMs = this.#now();
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + REPORT_INTERVAL_MS;
    this.#tell(nowMs);
  }

  /** There will be no more; a criterion that searches may have needed fewer than planned. */
  finish(): void {
    this.#planned = this.#done;
    this.#tell(this.#now());
  }

  #tell(nowMs: number): void {
    const elapsedMs = nowMs - this.#startMs;
    const plannedRuns = Math.max(this.#planned, this.#done);
    const remainingMs = this.#done > 0 ? (elapsedMs / this.#done) * (plannedRuns - this.#done) : 0;
    this.#report({ phase: 'scoring', runs: this.#done, plannedRuns, elapsedMs, remainingMs });
  }
}
