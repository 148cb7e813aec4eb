export { buildZooModel, type ZooEntry, zooModels, type ZooOptions } from './zoo.js';
export { type ZooCode, ZooError } from './errors.js';
