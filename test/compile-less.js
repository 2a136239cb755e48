/**
 * Has V8 compile less. It optimizes a function that has run for some time, and most processes of the tests are over before that has paid.
 * Every worker of Jest loads this, and so does every Node that a test starts.
 */
const { setFlagsFromString } = require('node:v8');

// Later V8s count otherwise, and have a faster compiler in between.
if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=1000000'); // 15 times as long as by default
