import { describe } from 'vitest';

import { sameAsNode } from './both.ts';

describe("node's streams", () => {
	sameAsNode({
		'a stream of objects ends without one more': `
			const { PassThrough } = require('stream'); const seen = [];
			const stream = new PassThrough({ objectMode: true });
			stream._write = (index, _encoding, done) => { stream.push({ index }); if (index === 1) stream.end(); done(); };
			stream.write(0); stream.write(1);
			await new Promise((resolve) => stream.on('data', (value) => seen.push(value)).on('end', resolve));
			return seen;`,
		'a stream of text ends with what was cut': `
			const { PassThrough } = require('stream'); const stream = new PassThrough(); stream.setEncoding('utf8'); const seen = [];
			stream.write(Buffer.from([0x61, 0xe2])); stream.end(Buffer.from([0x82]));
			await new Promise((resolve) => stream.on('data', (value) => seen.push(value)).on('end', resolve));
			return seen.join('');`,
	});
});
