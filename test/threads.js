/** Tests run the sources as they are: each thread of a pool gets what compiles them when they are loaded. */
const { join } = require('node:path');
const { Piscina } = require('../node_modules/piscina');

exports.Piscina = class extends Piscina {
  constructor(options) {
    super({ ...options, execArgv: ['--require', join(__dirname, 'typescript.js')] });
  }
};
