import { type Client, ClientError } from '@espalier/client';
import type { EnrolAgent, Enrolled } from '@espalier/contracts';
import { AgentError } from './error.js';
import { untilAnswered, type Waiting } from './until-answered.js';
import { verdictOf } from './verdict.js';

/** What enrolling needs. */
export interface EnrolOptions extends Omit<Waiting, 'what'> {
  readonly client: Client;
  readonly agent: EnrolAgent;
}

/**
 * Makes the agent known to the API, waiting for the API as long as it takes.
 * @throws AgentError `enrolment-refused` when the API does not want it, or the signal's reason
 */
export async function enrol({ client, agent, ...waiting }: EnrolOptions): Promise<Enrolled> {
  try {
    return await untilAnswered({ ...waiting, what: 'enrolment' }, () =>
      client.agents.enrol(agent, { signal: waiting.signal }),
    );
  } catch (cause) {
    if (!(cause instanceof ClientError) || verdictOf(cause) === 'later') throw cause;
    throw new AgentError('enrolment-refused', `the API does not take this agent: ${cause.message}`, {
      cause,
      hint: cause.hint,
    });
  }
}
