import { expect, test } from 'vitest';
import { parsePackagePath } from '../../registry-mirror/routes/package-path.ts';

test.each([
	['/left-pad', { type: 'package', name: 'left-pad' }],
	['/JSONStream?write=true', { type: 'package', name: 'JSONStream' }],
	['/@s%2fn', { type: 'package', name: '@s/n' }],
	['/@s%2Fn', { type: 'package', name: '@s/n' }],
	['/@s/n', { type: 'package', name: '@s/n' }],
	['/left-pad/latest', { type: 'manifest', name: 'left-pad', versionOrTag: 'latest' }],
	['/@s/n/1.0.0', { type: 'manifest', name: '@s/n', versionOrTag: '1.0.0' }],
	['/@s/n/-/n-1.0.0-beta.1.tgz', { type: 'tarball', name: '@s/n', version: '1.0.0-beta.1' }],
	['/a-1/-/a-1-2.0.0.tgz', { type: 'tarball', name: 'a-1', version: '2.0.0' }],
	['/@s%2fn/-rev/3', { type: 'package-revision', name: '@s/n', revision: '3' }],
	['/@s/n/-/n-1.0.0.tgz/-rev/3', { type: 'tarball-revision', name: '@s/n', version: '1.0.0', revision: '3' }],
])('%s names what it should', (url, expected) => {
	expect(parsePackagePath(url)).toEqual(expected);
});

test.each([
	'/',
	'/@s',
	'/@s/',
	'/..',
	'/.hidden',
	'/_private',
	'/node_modules',
	'/a%2fb',
	'/a%00b',
	'/a\\b',
	`/${'a'.repeat(215)}`,
	'/a/b/c',
	'/a/-/b-1.0.0.tgz',
	'/a/-/a-1.0.0.zip',
	'/a/-/a-..%2f..%2fx.tgz',
	'/a/-/a-1.0.0.tgz/extra',
	'/@s/n/-/@s/n-1.0.0.tgz',
	'/%zz',
	'/-/ping',
	'/-/nothing',
	'/-/-/--1.0.0.tgz',
])('%s names nothing', (url) => {
	expect(parsePackagePath(url)).toBeNull();
});
