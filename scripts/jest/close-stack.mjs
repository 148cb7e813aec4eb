export { closeStack as default } from './stack.mjs';
