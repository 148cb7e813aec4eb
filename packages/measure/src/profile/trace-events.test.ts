import { expect, test } from '@jest/globals';
import { TraceCollector } from './trace-events.js';

function tracedRuns(events: readonly unknown[]) {
  const trace = new TraceCollector();
  for (const event of events) trace.add(event);
  return trace.runs();
}

const run = (ts: number, dur: number) => ({ cat: 'Session', name: 'model_run', ts, dur, tid: 1, args: {} });
const node = (name: string, ts: number, dur: number) => ({
  cat: 'Node',
  name,
  ts,
  dur,
  tid: 1,
  args: { op_name: 'Conv', provider: 'CPUExecutionProvider', node_index: '7' },
});

test('kernels are sorted into the runs that they belong to, and what lies outside of a run is left out', () => {
  const trace = [
    { cat: 'Session', name: 'model_loading_uri', ts: 0, dur: 9, tid: 1, args: {} },
    node('before_kernel_time', 5, 1),
    node('b_kernel_time', 30, 5),
    node('a_kernel_time', 20, 5),
    { ...node('a_fence_before', 19, 1), args: {} },
    run(18, 20),
    node('a_kernel_time', 60, 6),
    run(58, 21),
  ];
  const runs = tracedRuns(trace);
  expect(runs.map(({ durationUs }) => durationUs)).toEqual([20, 21]);
  expect(runs.map(({ kernels }) => kernels.map(({ name }) => name))).toEqual([['a', 'b'], ['a']]);
  expect(runs[0]?.kernels[0]).toEqual({
    name: 'a',
    opType: 'Conv',
    provider: 'CPUExecutionProvider',
    nodeIndex: 7,
    threadId: 1,
    startUs: 20,
    durationUs: 5,
  });
});

test.each([[{ traceEvents: [] }], [{ cat: 'Node', name: 'a_kernel_time', ts: '1', dur: 1, tid: 1 }], [null], ['text']])(
  'a profile of another form is refused: %j',
  (trace) => {
    expect(() => tracedRuns([trace])).toThrow(expect.objectContaining({ code: 'probe-crashed' }));
  },
);
