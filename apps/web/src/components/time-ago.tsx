import { formatAgo } from '../format/time.js';
import { useNow } from '../service/use-now.js';

/** A moment as seen from now; the exact one when pointed at. */
export function TimeAgo({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={at}>
      {formatAgo(at, useNow())}
    </time>
  );
}
