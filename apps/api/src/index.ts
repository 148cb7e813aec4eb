export { type RunningApi, startApi } from './start.js';
export { buildApp } from './app.js';
export type { Dependencies } from './dependencies.js';
export { type ApiConfig, readConfig } from './config.js';
export { ApiError, type ApiCode } from './errors.js';
