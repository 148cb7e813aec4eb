import { expect, test } from '@jest/globals';
import { comparedIds, comparePath, filterOf, listPath, MOST_COMPARED } from './measurement-filter.js';

test('a filter survives its way through an address', () => {
  const filter = { modelId: 'a'.repeat(64), target: 'x86-cpu', status: 'failed', kind: 'latency' } as const;
  expect(filterOf(new URL(listPath(filter), 'http://here').searchParams)).toEqual(filter);
  expect(listPath({})).toBe('/measurements');
});

test('what an address says that no filter knows is passed over', () => {
  expect(filterOf(new URLSearchParams('status=lost&kind=&model=&colour=red'))).toEqual({});
});

test('a comparison names each measurement once, and not too many', () => {
  const ids = Array.from({ length: 20 }, (_unused, index) => `id-${index}`);
  const { searchParams } = new URL(comparePath([...ids, 'id-0']), 'http://here');
  expect(comparedIds(searchParams)).toEqual(ids.slice(0, MOST_COMPARED));
  expect(comparedIds(new URLSearchParams())).toEqual([]);
});
