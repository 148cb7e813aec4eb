import {
  type Claim,
  Claimed,
  CreatedMeasurements,
  type DeliverOutcome,
  type HistoryQuery,
  Measurement,
  MeasurementHistory,
  MeasurementPage,
  type MeasurementQuery,
  type MeasurementRequest,
  OutcomeDelivered,
  type PartialMeasurementSpec,
  parserOf,
  type RegressionQuery,
  RegressionReport,
  type ScoringSpec,
} from '@espalier/contracts';
import type { CallOptions, ListOptions } from './options.js';
import { itemsOf } from './pages.js';
import { pathOf, type Transport } from './transport.js';

const parseMeasurement = parserOf('Measurement', Measurement);
const parsePage = parserOf('MeasurementPage', MeasurementPage);
const parseCreated = parserOf('CreatedMeasurements', CreatedMeasurements);
const parseClaimed = parserOf('Claimed', Claimed);
const parseHistory = parserOf('MeasurementHistory', MeasurementHistory);
const parseRegressions = parserOf('RegressionReport', RegressionReport);
const parseDelivered = parserOf('OutcomeDelivered', OutcomeDelivered);

/** How a criterion is computed, as one asks for it: what is missing takes its default. */
export type ScoringInput = Pick<ScoringSpec, 'criterion' | 'dataset'> & Partial<ScoringSpec>;

/** A spec as one asks for it: what is missing takes its default. */
export type SpecInput = Omit<PartialMeasurementSpec, 'scoring'> & { readonly scoring?: ScoringInput | null };

/** A measurement as one asks for it: what is missing takes its default. */
export type MeasurementInput = Pick<MeasurementRequest, 'subject' | 'target'> &
  Partial<Omit<MeasurementRequest, 'spec'>> & { readonly spec?: SpecInput };

/** Which measurements to list. */
export interface MeasurementListOptions
  extends ListOptions,
    Pick<MeasurementQuery, 'modelId' | 'subject' | 'target' | 'status' | 'kind'> {
  readonly spec?: SpecInput;
}

/** Measurements: ask for them, read them; and, for agents, take and deliver them. */
export interface MeasurementCalls {
  /**
   * The answer is in the order of the request, every sweep written out in its place; the same measurement is not made
   * twice unless `fresh`.
   */
  readonly create: (
    measurements: readonly MeasurementInput[],
    options?: CallOptions,
  ) => Promise<CreatedMeasurements['measurements']>;
  readonly list: (options?: MeasurementListOptions) => Promise<MeasurementPage>;
  readonly each: (options?: MeasurementListOptions) => AsyncGenerator<Measurement, void, undefined>;
  readonly get: (id: string, options?: CallOptions) => Promise<Measurement>;
  /** The results of the same identity over time, oldest first, each judged against those before it. */
  readonly history: (id: string, options?: CallOptions & Partial<HistoryQuery>) => Promise<MeasurementHistory>;
  /** What became really slower or faster, the largest changes first. */
  readonly regressions: (options?: CallOptions & RegressionQuery) => Promise<RegressionReport>;
  readonly cancel: (id: string, options?: CallOptions) => Promise<Measurement>;
  /** An agent asks whether a job is its own to do; the API answers 409 when it is not. Asking twice is as once. */
  readonly claim: (id: string, claim: Claim, options?: CallOptions) => Promise<Claimed>;
  /** An agent delivers an outcome. Delivering it again changes nothing. */
  readonly deliver: (id: string, delivery: DeliverOutcome, options?: CallOptions) => Promise<OutcomeDelivered>;
}

export function measurementCalls({ call }: Transport): MeasurementCalls {
  const list: MeasurementCalls['list'] = ({ signal, spec, ...filter } = {}) => {
    const query = { ...filter, spec: spec && JSON.stringify(spec) };
    return call({ method: 'GET', path: '/measurements', query, signal }, parsePage);
  };
  return {
    create: async (measurements, { signal } = {}) => {
      // A fresh measurement is a new one every time, so a try whose answer was lost must not be repeated.
      const repeatable = !measurements.some(({ fresh }) => fresh === true);
      const request = { method: 'POST', path: '/measurements', json: { measurements }, signal, repeatable } as const;
      return (await call(request, parseCreated)).measurements;
    },
    list,
    each: (options = {}) => itemsOf(list, options),
    get: (id, { signal } = {}) => call({ method: 'GET', path: pathOf('measurements', id), signal }, parseMeasurement),
    history: (id, { limit, signal } = {}) =>
      call({ method: 'GET', path: pathOf('measurements', id, 'history'), query: { limit }, signal }, parseHistory),
    regressions: ({ modelId, target, since, signal } = {}) =>
      call({ method: 'GET', path: '/regressions', query: { modelId, target, since }, signal }, parseRegressions),
    cancel: (id, { signal } = {}) =>
      call({ method: 'POST', path: pathOf('measurements', id, 'cancel'), signal, repeatable: true }, parseMeasurement),
    claim: (id, json, { signal } = {}) =>
      call({ method: 'POST', path: pathOf('measurements', id, 'claim'), json, signal, repeatable: true }, parseClaimed),
    deliver: (id, json, { signal } = {}) =>
      call(
        { method: 'POST', path: pathOf('measurements', id, 'result'), json, signal, repeatable: true },
        parseDelivered,
      ),
  };
}
