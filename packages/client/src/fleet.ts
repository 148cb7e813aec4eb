import {
  Agent,
  AgentHealth,
  AgentPage,
  CanaryHistory,
  type CanaryQuery,
  type EnrolAgent,
  Enrolled,
  type Heartbeat,
  HeartbeatAnswer,
  parserOf,
  type PostCanary,
  type PutTarget,
  Target,
  TargetPage,
} from '@espalier/contracts';
import type { CallOptions, ListOptions } from './options.js';
import { itemsOf } from './pages.js';
import { pathOf, type Transport } from './transport.js';

const parseTarget = parserOf('Target', Target);
const parseTargetPage = parserOf('TargetPage', TargetPage);
const parseAgent = parserOf('Agent', Agent);
const parseAgentPage = parserOf('AgentPage', AgentPage);
const parseEnrolled = parserOf('Enrolled', Enrolled);
const parseHealth = parserOf('AgentHealth', AgentHealth);
const parseCanary = parserOf('CanaryHistory', CanaryHistory);
const parseHeartbeatAnswer = parserOf('HeartbeatAnswer', HeartbeatAnswer);

/** A target as one writes it. */
export type TargetInput = Pick<PutTarget, 'architecture' | 'provider'> & Partial<PutTarget>;

/** Targets: the classes of devices. */
export interface TargetCalls {
  readonly list: (options?: ListOptions) => Promise<TargetPage>;
  readonly each: (options?: ListOptions) => AsyncGenerator<Target, void, undefined>;
  /** Adds or changes a target. */
  readonly put: (name: string, target: TargetInput, options?: CallOptions) => Promise<Target>;
}

/** Which readings of the canary to look at. */
export interface CanaryOptions extends CallOptions, Pick<CanaryQuery, 'target'> {
  readonly limit?: number;
}

/** Agents: the daemons, as the API knows them; and what they tell it. */
export interface AgentCalls {
  readonly list: (options?: ListOptions) => Promise<AgentPage>;
  readonly each: (options?: ListOptions) => AsyncGenerator<Agent, void, undefined>;
  readonly get: (id: string, options?: CallOptions) => Promise<Agent>;
  /** The same id twice is the same agent. */
  readonly enrol: (agent: EnrolAgent, options?: CallOptions) => Promise<Enrolled>;
  /** Never repeated by itself: the next heartbeat is the repetition. */
  readonly heartbeat: (id: string, heartbeat: Heartbeat, options?: CallOptions) => Promise<HeartbeatAnswer>;
  /** What the service makes of readings of the canary; the same ones again change nothing. */
  readonly reportCanary: (id: string, canary: PostCanary, options?: CallOptions) => Promise<AgentHealth>;
  /** The newest readings of a device on a target, oldest first. */
  readonly canary: (id: string, query: CanaryOptions) => Promise<CanaryHistory>;
  /** Says that a device is all right: its baseline begins anew. */
  readonly clear: (id: string, options?: CallOptions) => Promise<Agent>;
}

export function targetCalls({ call }: Transport): TargetCalls {
  const list: TargetCalls['list'] = ({ signal, limit, cursor } = {}) =>
    call({ method: 'GET', path: '/targets', query: { limit, cursor }, signal }, parseTargetPage);
  return {
    list,
    each: (options = {}) => itemsOf(list, options),
    put: (name, json, { signal } = {}) =>
      call({ method: 'PUT', path: pathOf('targets', name), json, signal }, parseTarget),
  };
}

export function agentCalls({ call }: Transport): AgentCalls {
  const list: AgentCalls['list'] = ({ signal, limit, cursor } = {}) =>
    call({ method: 'GET', path: '/agents', query: { limit, cursor }, signal }, parseAgentPage);
  return {
    list,
    each: (options = {}) => itemsOf(list, options),
    get: (id, { signal } = {}) => call({ method: 'GET', path: pathOf('agents', id), signal }, parseAgent),
    enrol: (json, { signal } = {}) =>
      call({ method: 'POST', path: '/agents', json, signal, repeatable: true }, parseEnrolled),
    heartbeat: (id, json, { signal } = {}) =>
      call({ method: 'POST', path: pathOf('agents', id, 'heartbeat'), json, signal }, parseHeartbeatAnswer),
    reportCanary: (id, json, { signal } = {}) =>
      call({ method: 'POST', path: pathOf('agents', id, 'canary'), json, signal, repeatable: true }, parseHealth),
    canary: (id, { target, limit, signal }) =>
      call({ method: 'GET', path: pathOf('agents', id, 'canary'), query: { target, limit }, signal }, parseCanary),
    clear: (id, { signal } = {}) =>
      call({ method: 'POST', path: pathOf('agents', id, 'clear'), signal, repeatable: true }, parseAgent),
  };
}
