/**
 * Checks the bundled node binary against a committed table. The `node` package fetches it in a preinstall script, which npm's lock
 * does not cover, so without this check nothing would notice a swapped binary.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

const NODE_VERSION = 'v26.10.0';

/** sha512 of the executable in the registry's `node-<platform>-<arch>` 26.10.0 packages. */
const SHA512_BY_PLATFORM: Readonly<Record<string, string>> = {
	'linux-x64':
		'5b16c2370256d7f0aa0bb4b20083249d92005be3d3ef57c024a1ea1d020f701d8fdac48e3450bd38214dbf8e153c1d4887b2e85ad02cdf655358626b59a0a0d6',
	'linux-arm64':
		'9e5448f63832ec357e9d67d0c38042579be7477af2fe38be855485199202d66777b7fd034ac6a73e76dcfa3362d324e97f0762ffd5f1918e791686d9ebdd99ff',
	'darwin-arm64':
		'd290bc9210f4657a9e8daba19918c780ec9383fd58db6fee18b4a26f6da7e0d57513d232f951f855f93f2c9af05ebf89cfaa88d076e19b4fa5cfb850d5a5a41d',
	'darwin-x64':
		'5229564f531e20462fccbf42f0028b2ad435955567277b8fcc63c3826a2a9356a9f31a7eeb434e71710a1b717f4eb2b68e3cd65df7a758e2e5216a8c9231fd83',
	'win32-x64':
		'71f4ece91a921d4bad40f04db1a26cf95bc05999f1d81b0082604ad4c7e946c5e352cd54e212cb15b045f6a2fd5bf4dc5b90a8865e5403a53ccba8ee13254100',
};

const platform = `${process.platform}-${process.arch}`;
const expected = SHA512_BY_PLATFORM[platform];
const executable = new URL(`node_modules/node/bin/node${process.platform === 'win32' ? '.exe' : ''}`, import.meta.url);

const hash = createHash('sha512');
await pipeline(createReadStream(executable), hash);
const found = hash.digest('hex');

if (process.version !== NODE_VERSION) {
	fail(`expected to run on node ${NODE_VERSION}, got ${process.version}; start it through npm run`);
} else if (expected === undefined) {
	fail(`no sha512 is known for node ${NODE_VERSION} on ${platform}; found ${found}`);
} else if (found !== expected) {
	fail(`node ${NODE_VERSION} on ${platform}: expected sha512 ${expected}, got ${found}`);
} else {
	process.stdout.write(`node ${NODE_VERSION} on ${platform}: sha512 as committed\n`);
}

function fail(sentence: string): void {
	process.stderr.write(`${sentence}\n`);
	process.exitCode = 1;
}
