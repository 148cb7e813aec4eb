import type { TensorShape, TensorShapes } from '@espalier/pruning';

const SIZES = [0, 1, 2, 3, 7, 64, 4096, 2 ** 31, 2 ** 40];

/** Shapes as another run, or another model, might have them: some missing, some of other sizes, ranks or types. */
export function mutateShapes(shapes: TensorShapes, random: () => number): TensorShapes {
  const share = random() ** 2;
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const changed = (shape: TensorShape): readonly TensorShape[] => {
    const { dims, elementType } = shape;
    switch (Math.floor(random() * 5)) {
      case 0:
        return [];
      case 1:
        return [{ elementType, dims: dims.map((dim) => (random() < 0.5 ? (pick(SIZES) ?? 1) : dim)) }];
      case 2:
        return [{ elementType, dims: dims.slice(1) }];
      case 3:
        return [{ elementType, dims: [...dims, pick(SIZES) ?? 1] }];
      default:
        return [{ elementType: pick(['float16', 'int64', 'bool', 'string']) ?? 'float32', dims }];
    }
  };
  return new Map(
    [...shapes].flatMap(([name, shape]) =>
      (random() < share ? changed(shape) : [shape]).map((each) => [name, each] as const),
    ),
  );
}
