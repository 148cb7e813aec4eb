export { type AgentDependencies, type RunningAgent, startAgent } from './agent.js';
export { type AgentConfig, type MachineDefaults, readConfig } from './config.js';
export { type AgentCode, AgentError } from './error.js';
