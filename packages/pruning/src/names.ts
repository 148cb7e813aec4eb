import type { GraphNode } from '@espalier/onnx';

/** What a block can be named after. */
export interface NameSource {
  /** Its weighted nodes. */
  readonly weighted: readonly GraphNode[];
  /** The node in which its branches meet; undefined for a block without branches. */
  readonly join: GraphNode | undefined;
  /** The node that makes its output. */
  readonly last: GraphNode | undefined;
}

/** Parts of a name, from the outermost module to the node. */
type Path = readonly string[];

/**
 * Readable, unique names. Exporters write the path of a module into node or tensor names (`/layer1/layer1.0/conv1/Conv`,
 * `layer1.0.conv1`); a block is named after the module that holds it, or else after the node in which it ends.
 */
export function blockNames(sources: readonly NameSource[]): string[] {
  const everywhere = sources.length < 2 ? [] : sharedStart(sources.flatMap(({ weighted }) => weighted.map(pathOf)));
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  return sources.map((source) => {
    const choices = nameChoices(source, everywhere.length);
    let name = choices.find((choice) => !taken.has(choice));
    const stem = choices.at(-1) ?? 'block';
    while (name === undefined || taken.has(name)) {
      const count = (counts.get(stem) ?? 1) + 1;
      counts.set(stem, count);
      name = `${stem} (${count})`;
    }
    taken.add(name);
    return name;
  });
}

/** From the best to the most exact. A path that all blocks of the model share names none of them. */
function nameChoices({ weighted, join, last }: NameSource, sharedLength: number): string[] {
  const inside = modulePath(weighted);
  const whole = modulePath(join ? [...weighted, join] : weighted);
  const paths = weighted.length === 1 && !join ? [inside] : [repeated(whole), whole, repeated(inside), inside];
  const ends = [join, last].flatMap((node) => (node ? [pathOf(node)] : []));
  const usable = [...paths.filter((path) => path.length > sharedLength), ...ends];
  return [...new Set(usable.map((path) => path.join('.')))];
}

/** The module around all nodes: what their paths share, without the operator's own name. */
function modulePath(nodes: readonly GraphNode[]): Path {
  const shared = sharedStart(nodes.map(pathOf));
  const isOperator = nodes.some(({ opType }) => shared.at(-1) === opType);
  return isOperator ? shared.slice(0, -1) : shared;
}

/** Modules with a number in their name are the ones that networks repeat: `features.1.conv` is `features.1`. */
function repeated(path: Path): Path {
  return path.slice(0, path.findLastIndex((part) => /\d/.test(part)) + 1);
}

function sharedStart([first = [], ...others]: readonly Path[]): Path {
  const length = others.reduce((shared, path) => {
    const end = first.findIndex((part, index) => index >= shared || part !== path[index]);
    return end === -1 ? first.length : end;
  }, first.length);
  return first.slice(0, length);
}

/**
 * The path in a node's own name, or in its first output's where it has none. `/features/features.0/Conv` repeats the
 * outer module in the name of the inner one.
 */
function pathOf(node: GraphNode): Path {
  const [output = ''] = node.outputs;
  const name = node.proto.name || output.replace(/_output_\d+$/, '');
  const modules: string[] = [];
  for (const part of name.split('/').filter(Boolean)) {
    if (part.startsWith(`${modules.at(-1)}.`)) modules.pop();
    modules.push(part);
  }
  return modules.flatMap((part) => part.split('.')).filter(Boolean);
}
