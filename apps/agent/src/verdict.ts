import { type ClientCode, ClientError } from '@espalier/client';

/**
 * What an agent makes of a failed call: try it again later, or the thing it was about is gone or somebody else's, or the
 * API refuses it for good.
 */
export type Verdict = 'later' | 'gone' | 'refused';

/** Refusals that can end without the call changing: slow down, be patient, and credentials that a person mends. */
const PASSING_REFUSALS: ReadonlySet<number> = new Set([401, 403, 408, 425, 429]);

/** The measurement or the agent is not known any more, or the attempt is not this agent's. */
const GONE: ReadonlySet<number> = new Set([404, 409, 410]);

/** Answers that say nothing about what was asked: a proxy's, another service's, or another version's of the API. */
const NO_ANSWERS: ReadonlySet<string> = new Set(['answer-failed', 'answer-invalid', 'route-unknown']);

/** What asking again does not mend: the wrong bytes arrive, or this disk takes none. */
const OWN_FAULTS: ReadonlySet<string> = new Set<ClientCode>(['artifact-corrupt', 'file-unreadable', 'file-unwritable']);

/**
 * Judges a failed call of the API. Everything that is no clear answer of ours counts as `later`: nobody there, a broken
 * answer, a proxy's page, a 5xx. An agent loses nothing by waiting.
 */
export function verdictOf(error: unknown): Verdict {
  if (error instanceof ClientError && OWN_FAULTS.has(error.code)) return 'refused';
  if (!(error instanceof ClientError) || error.status === undefined) return 'later';
  const unanswered = NO_ANSWERS.has(error.code) || error.status >= 500 || PASSING_REFUSALS.has(error.status);
  if (unanswered) return 'later';
  return GONE.has(error.status) ? 'gone' : 'refused';
}
