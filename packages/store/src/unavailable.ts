import { StoreError } from './errors.js';

/** Prisma: not reachable, timed out, closed by the server, no free connection, transaction lost. */
const PRISMA_CODES = new Set(['P1000', 'P1001', 'P1002', 'P1003', 'P1008', 'P1011', 'P1017', 'P2024', 'P2028']);
/** Sockets and name look-up. */
const SYSTEM_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENOENT',
]);
/** Postgres: connection exceptions, too many connections, shutting down, starting up, no such role or database. */
const SQL_STATES = new Set([
  '08000',
  '08001',
  '08003',
  '08006',
  '53300',
  '57P01',
  '57P02',
  '57P03',
  '28000',
  '28P01',
  '3D000',
]);
/** `pg` gives these no code. */
const MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Server has closed the connection|Can't reach database server/;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

function isUnavailable(error: unknown): boolean {
  for (let inner = error, depth = 0; inner !== undefined && inner !== null && depth < 6; depth += 1) {
    const code = text(property(inner, 'code')) || text(property(inner, 'originalCode'));
    if (PRISMA_CODES.has(code) || SYSTEM_CODES.has(code) || SQL_STATES.has(code)) return true;
    if (MESSAGES.test(text(property(inner, 'message')))) return true;
    inner = property(inner, 'cause') ?? property(property(inner, 'meta'), 'driverAdapterError');
  }
  return false;
}

/**
 * Runs a piece of work on the database. An error that means "Postgres is away" becomes StoreError `database-unavailable`,
 * every other one passes as it is.
 */
export async function reachingDatabase<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof StoreError || !isUnavailable(cause)) throw cause;
    throw new StoreError('database-unavailable', 'Postgres does not answer', {
      cause,
      hint: 'Is Postgres running, and does DATABASE_URL point at it? The call may be repeated as it is',
    });
  }
}
