export { type PlannerConfig, readConfig } from './config.js';
export { type RunningPlanner, startPlanner } from './planner.js';
