/** Milliseconds from any fixed origin, never going back. */
export type Clock = () => number;

/** Something whose latency can be taken. */
export interface TimedArtifact {
  /**
   * Runs it and returns how long that took in all, in ms.
   * @param runs how often it is run, back to back
   */
  time(runs: number): Promise<number>;
}

/** What is measured together, in the same rounds: one artifact at least, the subject first. */
export type ArtifactSet = readonly TimedArtifact[];
