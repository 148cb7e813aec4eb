/** A goal of a figure: a limit on one side or on both. */
export type Goal =
  | { readonly atMost: number; readonly atLeast?: number }
  | { readonly atLeast: number; readonly atMost?: number };

/** What a run of a benchmark found. A figure that could not be measured is left out, and `notes` say why. */
export interface Outcome {
  readonly figures: Readonly<Record<string, number>>;
  readonly notes?: readonly string[];
}

/** A benchmark: figures, the goals that some of them have, and how they are measured. */
export interface Bench {
  readonly name: string;
  readonly summary: string;
  readonly goals: Readonly<Record<string, Goal>>;
  run(options: BenchOptions): Promise<Outcome>;
}

export interface BenchOptions {
  /** Fewer repetitions, for a first look. */
  readonly quick: boolean;
  readonly progress: (text: string) => void;
  /** Of random choices, where a benchmark makes any. */
  readonly seed?: number;
  /** The one case to run again, where a benchmark numbers them. */
  readonly only?: number;
}

/** Whether every goal is met; a figure that is missing does not meet its goal. */
export function meetsGoals(figures: Outcome['figures'], goals: Bench['goals']): boolean {
  return Object.entries(goals).every(([name, goal]) => {
    const figure = figures[name];
    const { atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY } = goal;
    return figure !== undefined && figure <= atMost && figure >= atLeast;
  });
}
