// Models and damage for tests of what reads models, here and in other packages.
export { withExternalData } from './external.js';
export { mutateBytes } from './mutate/bytes.js';
export { mutateModel } from './mutate/mutate.js';
export { constantsModel, fileOf, nestedIfModel, residualModel } from './models.js';
