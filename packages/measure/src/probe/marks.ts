/** What the guard of a probe writes to stderr before it ends the probe for its memory; the parent looks for it. */
export const MEMORY_LIMIT_MARK = 'espalier probe: memory limit passed';
