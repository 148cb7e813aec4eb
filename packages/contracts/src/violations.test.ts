import { expect, test } from '@jest/globals';
import { Type } from 'typebox';
import { parserOf } from './index.js';

const parse = parserOf(
  'Order',
  Type.Object(
    { size: Type.Union([Type.Literal('small'), Type.Literal('large')]), count: Type.Integer({ minimum: 1 }) },
    { additionalProperties: false },
  ),
);

test('a value outside a choice is answered with the choices', () => {
  expect(() => parse({ size: 'huge', count: 1 })).toThrow('Order: /size must be one of "small", "large"');
});

test('an unknown property is named once', () => {
  expect(() => parse({ size: 'small', count: 1, colour: 'red' })).toThrow(
    'Order: the value must not have the unknown property colour',
  );
});

test('every violation is told', () => {
  expect(() => parse({ size: 'huge', count: 0 })).toThrow(/\/size must be one of .*; \/count must be >= 1/);
});

test('a field with many choices hides neither its last ones nor the other fields', () => {
  const choice = Type.Union(Array.from({ length: 16 }, (_, index) => Type.Literal(`c${index}`)));
  const parseMany = parserOf('Many', Type.Object({ first: choice, second: choice, third: Type.Integer() }));
  expect(() => parseMany({ first: '?', second: '?', third: '?' })).toThrow(
    /\/first must be one of "c0", .*"c15"; \/second must be one of "c0", .*"c15"; \/third/,
  );
});

test('what is wrong with an object that could be null is told, and nothing of what has a default', () => {
  const parseMaybe = parserOf(
    'Maybe',
    Type.Object({
      wrapping: Type.Union([
        Type.Object(
          { colour: Type.String(), ribbons: Type.Integer({ maximum: 3 }), card: Type.String({ default: '' }) },
          { additionalProperties: false },
        ),
        Type.Null(),
      ]),
    }),
  );
  expect(parseMaybe({ wrapping: { colour: 'red', ribbons: 1 } }).wrapping).toMatchObject({ card: '' });
  expect(() => parseMaybe({ wrapping: { colour: 'red', ribbons: 4 } })).toThrow(
    'Maybe: /wrapping/ribbons must be <= 3',
  );
  expect(() => parseMaybe({ wrapping: { ribbons: 1 } })).toThrow(
    /^Maybe: \/wrapping must have required properties colour$/,
  );
  expect(() => parseMaybe({ wrapping: { colour: 'red', ribbons: 1, bow: true } })).toThrow(
    /^Maybe: \/wrapping must not have the unknown property bow$/,
  );
  expect(() => parseMaybe({ wrapping: 5 })).toThrow(/\/wrapping must be object.*must be null/);
});
