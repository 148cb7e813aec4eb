import { Type, type Static } from 'typebox';
import { MeasurementEnvironment, MeasurementWarning } from './device-state.js';

/**
 * A kernel that onnxruntime ran, and the nodes of the model that it does the work of. The profiler slows a run down, so
 * times are given as shares of the profiled run, and never compared with latencies.
 */
export const ProfiledKernel = Type.Object({
  name: Type.String({ description: 'As onnxruntime calls it after fusion' }),
  opType: Type.String(),
  provider: Type.String({ description: 'Execution provider that ran it' }),
  nodes: Type.Array(Type.String(), { description: 'Nodes of the model behind it; empty: added by onnxruntime' }),
  share: Type.Number({ description: 'Of the profiled run, 0 to 1' }),
  medianMs: Type.Number({ description: 'Per run, with the profiler on' }),
});
export type ProfiledKernel = Static<typeof ProfiledKernel>;

/** The share of one block in the profiled run. */
export const ProfiledBlock = Type.Object({
  index: Type.Integer(),
  name: Type.String(),
  share: Type.Number(),
  medianMs: Type.Number(),
  kernels: Type.Integer(),
});
export type ProfiledBlock = Static<typeof ProfiledBlock>;

/** Where the time of a run goes. `blocks` + `rest` + `runtime` make the whole run. */
export const ProfileResult = Type.Object({
  runs: Type.Integer({ description: 'Profiled runs behind the medians' }),
  profiledP50Ms: Type.Number({ description: 'Median of the runs, with the profiler on' }),
  plainP50Ms: Type.Number({ description: 'Median of the same runs without it, in the same process' }),
  overhead: Type.Number({ description: 'Profiled over plain: what the profiler costs' }),
  kernels: Type.Array(ProfiledKernel, { description: 'In order of the run' }),
  blocks: Type.Union([Type.Array(ProfiledBlock), Type.Null()], {
    description: 'null: nobody said which nodes make a block',
  }),
  rest: Type.Object(
    { share: Type.Number(), medianMs: Type.Number() },
    { description: 'Kernels that belong to no block: stem, head, layout changes' },
  ),
  runtime: Type.Object(
    { share: Type.Number(), medianMs: Type.Number() },
    {
      description:
        'Of onnxruntime itself: between the kernels, as its own events tell, and what a call of it costs, as a model that does nothing shows',
    },
  ),
  unexplained: Type.Number({ description: 'Share of the run that none of these accounts for; may be negative' }),
  placement: Type.Record(Type.String(), Type.Integer(), { description: 'Kernels per execution provider' }),
  inputs: Type.Record(Type.String(), Type.Array(Type.Integer())),
  environment: MeasurementEnvironment,
  warnings: Type.Array(MeasurementWarning),
  wallSeconds: Type.Number(),
});
export type ProfileResult = Static<typeof ProfileResult>;
