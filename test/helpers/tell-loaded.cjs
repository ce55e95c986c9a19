// Required before a command with --require: at its end it writes what was loaded to the file that PLUGWARD_TEST_LOADED names.
'use strict';

const { writeFileSync } = require('node:fs');
const { dirname } = require('node:path');

const before = new Set(process.moduleLoadList);

process.on('exit', () => {
	const modules = process.moduleLoadList.filter((name) => !before.has(name) && name.startsWith('NativeModule '));
	const builtins = modules.map((name) => name.slice('NativeModule '.length)).filter((name) => !name.startsWith('internal/'));
	const files = Object.keys(require.cache).filter((file) => dirname(file) === dirname(process.argv[1]));
	writeFileSync(process.env.PLUGWARD_TEST_LOADED, JSON.stringify({ builtins, files }));
});
