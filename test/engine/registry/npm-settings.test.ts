import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import NpmConfig from '@npmcli/config';
import { describe, expect, test } from 'vitest';
import { flattenSettings, npmSettings, OF_ONE_REGISTRY } from '../../../source/engine/registry/configuration/npm-settings.ts';

type Options = ConstructorParameters<typeof NpmConfig>[0];
type Parts = Pick<Options, 'definitions' | 'shorthands' | 'flatten' | 'nerfDarts'>;

const OF_NPM = createRequire(import.meta.url)('@npmcli/config/lib/definitions/index.js') as Parts;
const OWN: Parts = { definitions: npmSettings(NpmConfig.typeDefs), shorthands: {}, flatten: flattenSettings, nerfDarts: OF_ONE_REGISTRY };
/** What the registry client reads. */
const FLAT = /^(?:ca|cert|key|strictSSL|localAddress|proxy|httpsProxy|noProxy|\/\/.*)$/;
const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----';

describe('the settings of npm that are read', () => {
	test('are defined as npm defines them', () => {
		expect(OWN.nerfDarts).toEqual(OF_NPM.nerfDarts);
		for (const [key, { type, default: standard }] of Object.entries(OWN.definitions)) {
			expect(standard, key).toEqual(OF_NPM.definitions[key]?.default);
			if (key !== 'local-address') {
				// npm lists the addresses of the machine there.
				expect(type, key).toEqual(OF_NPM.definitions[key]?.type);
			}
		}
	});

	test.each([
		['nothing', '', {}],
		['registries', 'registry=https://one.example/\n@team:registry = "https://team.example/"', {}],
		['a registry in the environment', 'registry=https://one.example/', { NPM_CONFIG_REGISTRY: 'https://two.example/' }],
		['a scope in the environment', '', { 'npm_config_@team:registry': 'https://team.example/' }],
		[
			'what the environment fills in',
			'registry=https://${NAME}.example/\n//a.example/:_authToken=${TOKEN}',
			{ NAME: 'x', TOKEN: 'secret' },
		],
		['what the environment does not have', '//a.example/:_authToken=${NOBODY}', {}],
		['credentials', '//a.example/:_authToken=1\n//b.example/npm/:username=u\n//b.example/npm/:_password=cA==\n_auth=planted', {}],
		['authorities', `ca[]="${CERTIFICATE.replaceAll('\n', '\\n')}"\nca[]="two"`, {}],
		['a file of authorities', 'cafile=${FOLDER}/authorities.pem', {}],
		['a file of authorities after an authority', 'ca=one\ncafile=${FOLDER}/authorities.pem', {}],
		['an authority that wins over a file', 'cafile=${FOLDER}/authorities.pem', { npm_config_ca: 'one' }],
		['a missing file of authorities', 'cafile=${FOLDER}/missing.pem', {}],
		['certificates of the user', 'cert=one\nkey="two\\nthree"', {}],
		['ways on the network', 'strict-ssl=false\nlocal-address=127.0.0.1\nfetch-retries=7\nfetch-timeout=1000', {}],
		['proxies', 'proxy=http://p.example:1/\nhttps-proxy=null\nnoproxy[]=a\nnoproxy[]=b', {}],
		['no proxy', 'proxy=false\nnoproxy=a,b', { npm_config_noproxy: 'c' }],
		['other settings', 'save-exact=true\nomit=dev\nloglevel=silent\nnonsense=1\nuser-agent=x', { npm_config_yes: 'true' }],
		['another file of the user', 'registry=https://one.example/', { npm_config_userconfig: '${FOLDER}/other' }],
		['another place of the files of all users', 'prefix=${FOLDER}/all', {}],
		['settings of the environment that are empty', 'registry=https://one.example/', { npm_config_registry: '' }],
	])('are read as npm reads them: %s', async (_, npmrc, given) => {
		const folder = await mkdtemp(join(tmpdir(), 'plugward-settings-'));
		try {
			await mkdir(join(folder, 'all', 'etc'), { recursive: true });
			await mkdir(join(folder, 'project'));
			await writeFile(join(folder, '.npmrc'), npmrc);
			await writeFile(join(folder, 'other'), 'registry=https://other.example/\n');
			await writeFile(join(folder, 'all', 'etc', 'npmrc'), '@all:registry=https://all.example/\n');
			await writeFile(join(folder, 'project', 'package.json'), '{}');
			await writeFile(join(folder, 'project', '.npmrc'), 'registry=https://project.example/\nproxy=http://project.example:2/\n');
			await writeFile(join(folder, 'authorities.pem'), `${CERTIFICATE}\r\n\n${CERTIFICATE}\n`);
			const environment = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, value.replace('${FOLDER}', folder)]));
			for (const argv of [['--global'], ['--userconfig', join(folder, '.npmrc')]]) {
				const read = (parts: Parts) => facts(parts, { folder, argv, env: { ...environment, HOME: folder, FOLDER: folder } });
				expect(await read(OWN)).toEqual(await read(OF_NPM));
			}
		} finally {
			await rm(folder, { recursive: true });
		}
	});
});

async function facts(parts: Parts, place: { readonly folder: string; readonly argv: readonly string[]; readonly env: Options['env'] }) {
	const { folder, argv, env } = place;
	const npmPath = join(folder, 'no-npm-here');
	const before = { ...process.env };
	const config = new NpmConfig({ ...parts, npmPath, cwd: join(folder, 'project'), argv: ['node', 'npm', ...argv], env: { ...env } });
	await config.load();
	const everyKey = [...config.data.values()].flatMap(({ data }) => Object.keys(data));
	// Of the others npm has defaults that nobody reads here.
	const keys = everyKey.filter((key) => key in OWN.definitions || (/[@/_]/.test(key) && config.find(key) !== 'default'));
	const flat = Object.entries(config.flat).filter(([key]) => FLAT.test(key));
	// npm tells its name to what it starts; plugward starts nothing by way of it.
	process.env = before;
	return {
		values: Object.fromEntries(keys.map((key) => [key, { value: config.get(key), source: config.find(key) }])),
		flat: Object.fromEntries(flat),
		project: config.data.get('project')?.raw,
	};
}
