export type { ZooEntry, ZooInput } from './architecture.js';
export { buildZooModel, zooModels, type ZooOptions } from './zoo.js';
export { type ZooCode, ZooError } from './errors.js';
