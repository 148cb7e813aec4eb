import { parserOf, Problem } from '@espalier/contracts';
import { ClientError } from './error.js';

const parseProblem = parserOf('Problem', Problem);

/** The pause that an answer asks for, in ms. */
function retryAfterMs(response: Response): number | undefined {
  const header = response.headers.get('retry-after');
  const seconds = header === null ? Number.NaN : Number(header);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

/** The error behind an answer that is not 2xx: the API's own problem, or `answer-failed` when it is none. */
export function failureOf(response: Response, text: string): ClientError {
  const { status, statusText } = response;
  try {
    const problem = parseProblem(JSON.parse(text));
    return new ClientError(problem.code, problem.detail || problem.title, {
      status,
      hint: problem.hint,
      violations: problem.errors,
      requestId: problem.instance,
      retryAfterMs: retryAfterMs(response),
    });
  } catch (cause) {
    return new ClientError('answer-failed', `the server answered ${status} ${statusText}`.trim(), {
      status,
      cause,
      hint: 'the answer is not one of Espalier: is a proxy, or another service, at this address?',
      retryAfterMs: retryAfterMs(response),
    });
  }
}
