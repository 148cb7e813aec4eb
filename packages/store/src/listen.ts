import { parserOf } from '@espalier/contracts';
import pg from 'pg';
import { type Static, Type } from 'typebox';

/** What Postgres tells listeners, in the transaction that changed it (prisma/migrations/…_notify). */
export const Notice = Type.Union([
  Type.Object({ kind: Type.Literal('plan'), planId: Type.String() }),
  Type.Object({ kind: Type.Literal('measurement'), measurementId: Type.String(), status: Type.String() }),
]);
export type Notice = Static<typeof Notice>;

/** A connection that hears notices until it is closed. */
export interface Listener {
  close(): Promise<void>;
}

const CHANNEL = 'espalier';
const CONNECT_TIMEOUT_MS = 5_000;
const FIRST_RETRY_MS = 200;
const MAX_RETRY_MS = 5_000;

const parseNotice = parserOf('notice', Notice);

function read(payload: string | undefined): Notice | undefined {
  try {
    return parseNotice(JSON.parse(payload ?? ''));
  } catch {
    return undefined; // somebody else's, or a newer version's: listeners poll as well
  }
}

/**
 * Listens on a connection of its own, and connects again, with back-off, when it breaks. Notices sent in between are lost:
 * `onConnected` says when to look at everything once.
 */
export function listen(
  databaseUrl: string,
  { onNotice, onConnected }: { onNotice: (notice: Notice) => void; onConnected?: () => void },
): Listener {
  let closed = false;
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let connecting: Promise<void> = Promise.resolve();

  const retry = (delayMs: number) => {
    if (closed || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      connecting = connect(delayMs);
    }, delayMs);
  };

  const connect = async (lastDelayMs: number): Promise<void> => {
    const next = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
    let broken = false;
    const onBroken = () => {
      if (broken) return;
      broken = true;
      next.end().catch(() => undefined);
      retry(FIRST_RETRY_MS);
    };
    next.on('notification', ({ payload }) => {
      const notice = read(payload);
      if (notice !== undefined) onNotice(notice);
    });
    try {
      await next.connect();
      next.on('error', onBroken);
      next.on('end', onBroken);
      await next.query(`LISTEN ${CHANNEL}`);
      client = next;
      if (closed) await next.end();
      else onConnected?.();
    } catch {
      if (!broken) {
        broken = true;
        next.on('error', () => undefined);
        next.end().catch(() => undefined);
        retry(Math.min(lastDelayMs * 2, MAX_RETRY_MS));
      }
    }
  };

  connecting = connect(FIRST_RETRY_MS);
  return {
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await connecting;
      client?.removeAllListeners('end');
      await client?.end().catch(() => undefined);
    },
  };
}
