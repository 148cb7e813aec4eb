// A program for tests: owns a stack until it is ended from outside. Prints its URLs as one line of JSON, or the error.
import { StackError, startStack } from '../index.js';

const dataDir = process.argv[2];
try {
  const { databaseUrl, redisUrl } = await startStack({ dataDir, log: { info: () => undefined } });
  console.log(JSON.stringify({ databaseUrl, redisUrl }));
  setInterval(() => undefined, 1_000);
} catch (error) {
  console.log(JSON.stringify({ code: error instanceof StackError ? error.code : String(error) }));
}
