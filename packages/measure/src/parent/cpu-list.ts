/** The CPUs of a list such as `0-2,5`, as Linux writes it; `undefined` for a range that runs backwards. */
export function cpusOf(list: string): ReadonlySet<number> | undefined {
  const cpus = new Set<number>();
  for (const part of list.split(',')) {
    const [first = '', last = first] = part.split('-');
    if (Number(last) < Number(first)) return undefined;
    for (let cpu = Number(first); cpu <= Number(last); cpu++) cpus.add(cpu);
  }
  return cpus;
}
