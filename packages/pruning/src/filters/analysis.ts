import type { OnnxModel } from '@espalier/onnx';
import type { TensorShapes } from '../block.js';
import { balanceGroups } from './balance.js';
import { elementCount } from '../constants.js';
import { plausibleShapes } from '../plausible.js';
import type { FilterGroup, SliceRole } from './group.js';
import { type FormedGroup, groupsOf } from './grouping.js';
import { needsOf } from './needs.js';
import { pinUnrepairable } from './repairable.js';
import { slicesOf, type TracedSlice } from './slices.js';
import type { Made, Trace } from './trace.js';
import { traceChannels } from './walk.js';

/** A filter group with the channels behind its filters. */
export interface TracedGroup extends FilterGroup {
  /** The channel that stands for each filter. */
  readonly channels: readonly number[];
  /** Layers that make the channels anew, and those channels. */
  readonly makers: readonly Made[];
}

/** Everything that is known about the filters of a model. */
export interface Analysis {
  readonly trace: Trace;
  readonly groups: readonly TracedGroup[];
}

/** Follows the channels of a model and forms the groups. */
export function analyse(model: OnnxModel, shapes: TensorShapes): Analysis {
  const trace = traceChannels(model, plausibleShapes(shapes));
  balanceGroups(trace);
  pinUnrepairable(trace);
  balanceGroups(trace);
  const formed = groupsOf(trace);
  const slices = slicesOf(trace, formed);
  const needs = needsOf(trace, formed);
  return {
    trace,
    groups: formed.map((group, index) =>
      described(trace, { group, slices: slices[index] ?? [], needsOneOf: needs[index] ?? [] }),
    ),
  };
}

interface Parts {
  readonly group: FormedGroup;
  readonly slices: readonly TracedSlice[];
  readonly needsOneOf: readonly (readonly number[])[];
}

function described(trace: Trace, { group, slices, needsOneOf }: Parts): TracedGroup {
  const { makers, channels, reason } = group;
  const nodesOf = (roles: readonly SliceRole[]): string[] =>
    inOrder(
      trace,
      slices.filter(({ role }) => roles.includes(role)).map(({ node }) => node),
    );
  const makerNames = makers.map(({ node }) => node.name);
  const mixedBy = mixersOf(trace, channels);
  return {
    name: makerNames[0] ?? '',
    filters: channels.length,
    prunable: reason === undefined,
    ...(reason === undefined ? {} : { reason }),
    producers: inOrder(trace, [...makerNames, ...nodesOf(['makes'])]),
    consumers: nodesOf(['reads']),
    ...(needsOneOf.length > 0 ? { needsOneOf } : {}),
    ...(mixedBy.length > 0 ? { mixedBy } : {}),
    parameters: parametersOf(trace, slices, channels.length),
    slices,
    channels,
    makers,
  };
}

/** Node names, each once, in order of execution. */
function inOrder({ graph }: Trace, names: readonly string[]): string[] {
  const indexOf = (name: string): number => graph.nodeNamed(name)?.index ?? 0;
  return [...new Set(names)].sort((a, b) => indexOf(a) - indexOf(b));
}

function mixersOf(trace: Trace, channels: readonly number[]): string[] {
  const own = new Set(channels);
  const mixers = trace.mixed.filter((each) => each.channels.some((channel) => own.has(trace.channels.rootOf(channel))));
  return inOrder(
    trace,
    mixers.map(({ node }) => node.name),
  );
}

/** Trained numbers of the slices: what several axes of one tensor share is counted once. */
function parametersOf(trace: Trace, slices: readonly TracedSlice[], filters: number): number {
  const gone = new Map<string, Map<number, Set<number>>>();
  for (const { tensor, axis, isTrained, indicesOf } of slices) {
    if (!isTrained) continue;
    const axes = gone.get(tensor) ?? new Map<number, Set<number>>();
    gone.set(tensor, axes);
    if (axes.has(axis)) continue;
    axes.set(axis, new Set(Array.from({ length: filters }, (_, filter) => indicesOf(filter)).flat()));
  }
  let sum = 0;
  for (const [tensor, axes] of gone) {
    const dims = trace.constants.get(tensor)?.dims ?? [];
    sum += elementCount(dims) - elementCount(dims.map((dim, axis) => dim - (axes.get(axis)?.size ?? 0)));
  }
  return sum;
}
