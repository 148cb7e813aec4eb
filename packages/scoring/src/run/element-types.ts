/** Element types that a model can be fed. */
const FED = [
  'float16',
  'float32',
  'float64',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
] as const;
export type FedType = (typeof FED)[number];

const FLOATS: ReadonlySet<string> = new Set<FedType>(['float16', 'float32', 'float64']);

/** Whether tensors of this element type can be made from bytes. */
export function isFed(elementType: string): elementType is FedType {
  return FED.some((each) => each === elementType);
}

/** Whether data of one element type may feed an input of another: real numbers of any width, and int32 as int64. */
export function canBecome(from: string, to: string): boolean {
  if (!isFed(from) || !isFed(to)) return false;
  return from === to || (FLOATS.has(from) && FLOATS.has(to)) || (from === 'int32' && to === 'int64');
}
