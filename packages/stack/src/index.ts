export { type Stack, type StackLog, type StackOptions, startStack } from './stack.js';
export { redisProgram } from './redis-program.js';
export { preparePostgres } from './postgres-program.js';
export { type StackCode, StackError } from './error.js';
