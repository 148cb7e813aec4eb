import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/client.js';
import { reachingDatabase } from './unavailable.js';

/** Long enough for a busy server, short enough that a request fails within seconds when Postgres is away. */
const CONNECT_TIMEOUT_MS = 5_000;

/** Connects to Postgres lazily; every query's error passes through `reachingDatabase`. */
export function openDatabase(databaseUrl: string, maxConnections: number) {
  const adapter = new PrismaPg(
    { connectionString: databaseUrl, max: maxConnections, connectionTimeoutMillis: CONNECT_TIMEOUT_MS },
    { onPoolError: () => undefined, onConnectionError: () => undefined }, // the query in flight reports it
  );
  return new PrismaClient({ adapter }).$extends({
    query: { $allOperations: async ({ args, query }) => await reachingDatabase(async () => await query(args)) },
  });
}

/** The whole database, which can begin transactions. */
export type Database = ReturnType<typeof openDatabase>;
/** What a function needs that also works inside somebody else's transaction. */
export type Queries = Omit<Database, '$transaction' | '$extends' | '$connect' | '$disconnect' | '$on' | '$use'>;
