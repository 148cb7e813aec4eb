import { MeasurementSpec, parserOf } from '@espalier/contracts';
import { ApiError } from './errors.js';

const parseShapes = parserOf('query/inputShapes', MeasurementSpec.properties.inputShapes);

function objectOf(text: string, name: string, example: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // answered as any other text
  }
  throw new ApiError('request-invalid', `query/${name} must be a JSON object`, { hint: `such as ${example}` });
}

/**
 * The spec of a filter.
 * @throws ApiError `request-invalid` when it is no JSON object
 */
export const specOf = (text: string): object => objectOf(text, 'spec', '{"threads":2}');

/**
 * Shapes by input name; none when nothing is given.
 * @throws ApiError `request-invalid`, ContractError
 */
export const inputShapesOf = (text: string | undefined): MeasurementSpec['inputShapes'] =>
  text === undefined ? {} : parseShapes(objectOf(text, 'inputShapes', '{"input":[1,3,224,224]}'));
