/** The device does one thing at a time: a measurement is spoilt by anything else that computes meanwhile. */
export interface Turns {
  /** Does something when everything that came before has ended, however it ended. */
  readonly take: <Result>(act: () => Promise<Result>) => Promise<Result>;
}

/** Makes the turns of a device on which nothing runs yet. */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return {
    take: (act) => {
      const mine = last.then(act);
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}
