/**
 * Replaces native/builtin.ts in the packed files. They are CommonJS, so they have a `require` already: node:module and
 * another `require` would add 0.3 ms to the start.
 */
export const requireBuiltin: NodeJS.Require = require;
export const requireFile: NodeJS.Require = require;
