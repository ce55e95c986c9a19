#!/usr/bin/env node
// Written in the JavaScript of 2009, so that every Node can read it far enough to say that it is too old.
'use strict';

var NEEDED_MAJOR = 26;
var major = parseInt(process.version.slice(1), 10);

if (major >= NEEDED_MAJOR) {
	// Without a listener this signal, which any program of the user can send, opens a debugger to everything this process holds.
	process.on('SIGUSR1', function () {});
	// The built command has no top-level await, so it can be required; `import()` would not parse on the Nodes this file is for.
	require('./cli.cjs');
} else {
	var found = process.version + ' (' + process.execPath + ')';
	process.stderr.write('error: plugward needs Node ' + NEEDED_MAJOR + ' or newer, this is ' + found + '.\n');
	process.stderr.write('hint: Get a newer one from https://nodejs.org, or type: nvm install ' + NEEDED_MAJOR + '\n');
	process.exitCode = 2;
}
