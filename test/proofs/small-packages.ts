import type { FakeRegistry } from '../helpers/fake-registry.ts';

export const NAMES = ['red', 'green', 'blue'] as const;
export const VERSIONS = ['1.0.0', '1.1.0', '2.0.0'] as const;

/** Three packages in three versions each, which share a dependency and some files. */
export function serveSmallPackages(registry: FakeRegistry): void {
	for (const version of ['1.0.0', '1.0.1']) {
		registry.serve('shared', version, {}, { 'index.js': `module.exports = '${version}';\n`, LICENSE: 'The same everywhere.\n' });
	}

	for (const name of NAMES) {
		for (const version of VERSIONS) {
			registry.serve(
				name,
				version,
				{ dependencies: { shared: version === '1.0.0' ? '1.0.0' : '^1.0.0' } },
				{
					'index.js': `module.exports = '${name}@${version}';\n`,
					LICENSE: 'The same everywhere.\n',
					'lib/deep/data.txt': name.repeat(2000),
				},
			);
		}
	}
}
