import type { Sample } from './sample.js';

/** What one fresh process gave: per artifact, the subject first, a sample; all of the same rounds. */
export interface Take {
  readonly series: readonly Sample[];
}
