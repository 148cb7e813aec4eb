import { serveGuarded } from '@espalier/measure';
import { failureOf } from './failure.js';
import { parseOrder } from './messages.js';
import { perform } from './perform.js';

await serveGuarded(async (request, tell) => {
  try {
    const scored = await perform(parseOrder(request), (progress) => tell({ kind: 'progress', progress }));
    const { user, system } = process.cpuUsage();
    return { kind: 'scored', scored, cpuSeconds: (user + system) / 1e6 };
  } catch (cause) {
    return failureOf(cause);
  }
});
