import { Plan, PlanEvent, parserOf } from '@espalier/contracts';

/** One message of a plan's stream. */
export type Update =
  | { readonly kind: 'plan'; readonly plan: Plan }
  | { readonly kind: 'event'; readonly id: string; readonly event: PlanEvent };

/** Reads a stream as it comes. */
export interface PlanReader {
  /** The first update, heard already or to come, that fits. */
  until(fits: (update: Update) => boolean): Promise<Update>;
  /** Everything, once the stream has ended. */
  toEnd(): Promise<readonly Update[]>;
  close(): Promise<void>;
}

const parsePlan = parserOf('Plan', Plan);
const parseEvent = parserOf('PlanEvent', PlanEvent);

/** A message is lines `field: value`; one without data is a comment. */
function updateOf(message: string): Update[] {
  const fields = new Map(
    message.split('\n').map((line): [string, string] => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)];
    }),
  );
  const data = fields.get('data');
  if (data === undefined) return [];
  const value: unknown = JSON.parse(data);
  return fields.get('event') === 'plan'
    ? [{ kind: 'plan', plan: parsePlan(value) }]
    : [{ kind: 'event', id: fields.get('id') ?? '', event: parseEvent(value) }];
}

/** Opens a plan's stream. */
export async function openStream(url: string, lastEventId?: number): Promise<PlanReader> {
  const headers = lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) };
  const response = await fetch(url, { headers });
  if (response.headers.get('content-type') !== 'text/event-stream') throw new Error(await response.text());
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const heard: Update[] = [];
  let rest = '';

  /** @returns whether anything came */
  async function more(): Promise<boolean> {
    const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
    if (done || value === undefined) return false;
    const messages = `${rest}${value}`.split('\n\n');
    rest = messages.pop() ?? '';
    heard.push(...messages.flatMap(updateOf));
    return true;
  }

  return {
    until: async (fits) => {
      for (let at = 0; ; at += 1) {
        while (at >= heard.length) {
          if (!(await more())) throw new Error('the stream ended first');
        }
        const update = heard[at];
        if (update !== undefined && fits(update)) return update;
      }
    },
    toEnd: async () => {
      while (await more());
      return heard;
    },
    close: async () => await reader?.cancel().catch(() => undefined),
  };
}
