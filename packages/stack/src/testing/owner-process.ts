// A program for tests: owns a stack until it is ended from outside, at the latest with the test, which holds its input open.
// Prints the stack's URLs as one line of JSON, or the error.
import { StackError, startStack } from '../index.js';

const dataDir = process.argv[2];
try {
  const { databaseUrl, redisUrl } = await startStack({ dataDir, log: { info: () => undefined } });
  console.log(JSON.stringify({ databaseUrl, redisUrl }));
  process.stdin.resume().once('end', () => process.exit());
} catch (error) {
  console.log(JSON.stringify({ code: error instanceof StackError ? error.code : String(error) }));
}
