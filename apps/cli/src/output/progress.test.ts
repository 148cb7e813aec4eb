import { expect, test } from '@jest/globals';
import { startProgress } from './progress.js';

test('in a log, a new stage is told at once and the same stage only now and then', () => {
  const lines: string[] = [];
  let now = 0;
  const terminal = { out: () => undefined, err: (text: string) => void lines.push(text), interactive: false };
  const progress = startProgress(terminal, () => now);
  progress.update({ share: 0, stage: 'loading' });
  for (now = 1000; now <= 12_000; now += 1000)
    progress.update({ share: now / 20_000, stage: 'sampling', detail: `${now} runs` });
  progress.update({ share: 0.9, stage: 'sampling', remainingSeconds: 125 });
  expect(lines).toEqual(['  0 %  loading', '  5 %  sampling, 1000 runs', ' 55 %  sampling, 11000 runs']);
  progress.update({ share: 1, stage: 'done', remainingSeconds: 125 });
  expect(lines.at(-1)).toBe('100 %  done, about 2 min 05 s left');
});
