import { expect, test } from 'vitest';
import { onlyLooks } from '../../../source/engine/operations/running/observation.ts';
import { joinPaths, proposePermissions } from '../../../source/engine/operations/permissions/propose-permissions.ts';
import { parsePermission, permissionId } from '../../../source/engine/permission.ts';
import { isCovered } from '../../../source/engine/sandbox/index.ts';

function propose(declared: readonly string[], wanted: readonly string[]) {
	const { permissions, unneeded } = proposePermissions({ declared: declared.map(parsePermission), wanted: wanted.map(parsePermission) });
	return { permissions: permissions.map((one) => permissionId(one)), unneeded: unneeded.map((one) => permissionId(one)) };
}

test('what is declared and covers something stays, what covers nothing is told, what is missing is added', () => {
	expect(propose(['fs.read:$project/texts/**', 'env:OLD'], ['fs.read:$project/texts/a', 'env:NEW'])).toEqual({
		permissions: ['fs.read:$project/texts/**', 'env:NEW'],
		unneeded: ['env:OLD'],
	});
});

test('requests to one host become one permission with their methods', () => {
	expect(propose([], ['net.get:a.example', 'net.head:a.example', 'net.get:a.example:8443']).permissions).toEqual([
		'net.get,head:a.example:443',
		'net.get:a.example:8443',
	]);
	expect(propose([], ['net.get:a.example', 'net:a.example']).permissions).toEqual(['net:a.example:443']);
});

test.each([
	[['$project/a.txt'], ['$project/a.txt']],
	[
		['$project/t/a.txt', '$project/t/b.txt'],
		['$project/t/a.txt', '$project/t/b.txt'],
	],
	[['$project/t/a.txt', '$project/t/b.txt', '$project/t/c.txt'], ['$project/t/*.txt']],
	[['$project/t/a.txt', '$project/t/b.md', '$project/t/c'], ['$project/t/*']],
	[['$project/t/*', '$project/t/a.txt'], ['$project/t/*']],
	[
		['$project/t/.env', '$project/t/a', '$project/t/b', '$project/t/c'],
		['$project/t/*', '$project/t/.env'],
	],
	[
		['$project/s/a/*', '$project/s/b/*', '$project/s/c/*', '$project/x'],
		['$project/s/**', '$project/x'],
	],
])('%j are joined to %j', (paths, joined) => {
	expect(joinPaths(paths)).toEqual(joined);
});

test('whatever is proposed covers whatever was wanted', () => {
	const names = ['a', 'b', 'c', '.d', 'e.txt', 'f.txt', 'g.txt', '*'];
	let seed = 3;
	const next = (bound: number): number => {
		seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
		return seed % bound;
	};
	for (let round = 0; round < 500; round += 1) {
		const wanted = Array.from(
			{ length: 1 + next(12) },
			() => `fs.read:$project/${Array.from({ length: 1 + next(3) }, () => names[next(names.length - 1)]).join('/')}`,
		);
		const { permissions } = propose([], wanted);
		for (const one of wanted) {
			expect(isCovered(parsePermission(one), permissions.map(parsePermission)), `${one} by ${permissions.join(' ')}`).toBe(true);
		}
	}
});

test.each([
	['fs.read:$project/a/b.txt', true],
	['fs.read:$project/a/*', true],
	['fs.read:$project/.env', false],
	['fs.read:$project/a/.git/config', false],
	['fs.read:/etc/passwd', false],
	['fs.write:$project/a', false],
	['net.get:example.com', true],
	['net.post:example.com', false],
	['net:example.com', false],
	['net.get:127.0.0.1:80', false],
	['net.get:[::1]:80', false],
	['net.get:localhost:80', false],
	['env:LANG', true],
	['env:GITHUB_TOKEN', false],
	['env:aws_secret_access_key', false],
	['env:DATABASE_URL', false],
	['run:git status', false],
	['message.send:a/b', false],
])('%s only looks: %s', (permission, expected) => {
	expect(onlyLooks(parsePermission(permission))).toBe(expected);
});
