/** Class prototypes: the L2-normalised means of the embeddings of their samples. */
export class Prototypes {
  readonly #sums = new Map<number, Float64Array>();

  /** Adds the embedding of a sample of a class. */
  add(label: number, embedding: Float64Array): void {
    const sum = this.#sums.get(label);
    if (sum === undefined) {
      this.#sums.set(label, embedding.slice());
      return;
    }
    for (let index = 0; index < sum.length; index++) sum[index] = (sum[index] ?? 0) + (embedding[index] ?? 0);
  }

  /** Normalises what was added: the length of a sum does not matter then, so it need not become a mean first. */
  finish(): void {
    for (const sum of this.#sums.values()) {
      const norm = Math.sqrt(sum.reduce((squares, value) => squares + value * value, 0)) || 1;
      for (let index = 0; index < sum.length; index++) sum[index] = (sum[index] ?? 0) / norm;
    }
  }

  /** The class whose prototype has the largest inner product; of equals, the one of the lowest number. */
  nearest(embedding: Float64Array): number {
    let nearest = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (const [label, prototype] of this.#sums) {
      let product = 0;
      for (let index = 0; index < prototype.length; index++)
        product += (prototype[index] ?? 0) * (embedding[index] ?? 0);
      if (product > most || (product === most && label < nearest)) [most, nearest] = [product, label];
    }
    return nearest;
  }
}
