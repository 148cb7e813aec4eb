export { type ScoringCode, ScoringError } from './errors.js';
