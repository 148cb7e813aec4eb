/** The least number of samples for which the unbiased estimator is defined. */
export const LEAST_SAMPLES = 4;

/** The vectors less their mean. */
function centred(vectors: readonly Float64Array[]): readonly Float64Array[] {
  const mean = new Float64Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) {
    for (let index = 0; index < mean.length; index++) mean[index] = (mean[index] ?? 0) + (vector[index] ?? 0);
  }
  return vectors.map((vector) => vector.map((value, index) => value - (mean[index] ?? 0) / vectors.length));
}

/**
 * A linear kernel: the inner products of all pairs of vectors, without those of a vector with itself. The vectors are centred
 * before: the estimator below does not see what is added to rows and columns as a whole, but digits would be lost in it.
 */
export function kernelOf(vectors: readonly Float64Array[]): Float64Array {
  const n = vectors.length;
  const kernel = new Float64Array(n * n);
  const around = centred(vectors);
  for (const [row, a] of around.entries()) {
    for (let column = 0; column < row; column++) {
      const b = around[column] ?? new Float64Array(0);
      let product = 0;
      for (let index = 0; index < a.length; index++) product += (a[index] ?? 0) * (b[index] ?? 0);
      kernel[row * n + column] = product;
      kernel[column * n + row] = product;
    }
  }
  return kernel;
}

function rowSums(kernel: Float64Array, n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, row) => {
    let sum = 0;
    for (let column = 0; column < n; column++) sum += kernel[row * n + column] ?? 0;
    return sum;
  });
}

const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}

/**
 * The unbiased estimator of the Hilbert-Schmidt independence criterion of n ≥ 4 samples (Song et al. 2012, JMLR 13, eq. 5),
 * with kernels K and L whose diagonals are 0:
 * HSIC = [tr(KL) + 1ᵀK1·1ᵀL1 / ((n − 1)(n − 2)) − 2·1ᵀKL1 / (n − 2)] / (n (n − 3)).
 */
export function unbiasedHsic(k: Float64Array, l: Float64Array, n: number): number {
  const [sumsK, sumsL] = [rowSums(k, n), rowSums(l, n)];
  const both = (total(sumsK) * total(sumsL)) / ((n - 1) * (n - 2));
  return (dot(k, l) + both - (2 * dot(sumsK, sumsL)) / (n - 2)) / (n * (n - 3));
}
