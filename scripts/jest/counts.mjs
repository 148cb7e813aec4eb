/** Closes a run with one plain line that people and programs can read, after whatever else is printed. */
export default class Counts {
  #line = '';

  constructor() {
    process.once('exit', () => {
      if (this.#line !== '') console.log(`\n${this.#line}`);
    });
  }

  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites; // a file that does not load is a failure
    const skipped = results.numPendingTests + results.numTodoTests;
    this.#line = `${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped`;
  }
}
