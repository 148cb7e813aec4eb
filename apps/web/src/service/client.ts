import { createClient } from '@espalier/client';

/** A person is looking: rather say early that the API is away than try for ten seconds in silence. */
const RETRIES = 2;

/** The API that served this page. */
export const client = createClient({ baseUrl: '', retry: { retries: RETRIES } });

/** For following plans: a lost connection is shown at once, and `usePlanFeed` comes back itself. */
export const liveClient = createClient({ baseUrl: '', retry: { retries: 0 } });
