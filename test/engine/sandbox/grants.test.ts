import { expect, test } from 'vitest';

import { parsePermission } from '../../../source/engine/permission.ts';
import {
	AUDIT_START,
	compareGrant,
	isCovered,
	linkAuditEvent,
	readAuditLink,
	verifyAuditLog,
} from '../../../source/engine/sandbox/index.ts';
import { matchesArguments } from '../../../source/engine/sandbox/argument-patterns.ts';
import { matchesPath, splitPath } from '../../../source/engine/sandbox/path-patterns.ts';

test.each([
	['net:a.example', 'net:a.example', true],
	['net:a.example', 'net:a.example:8443', false],
	['net:a.example', 'net:b.a.example', false],
	['env:A', 'env:A', true],
	['env:A', 'env:AB', false],
	['fs.read:$project/**', 'fs.read:$project/logs/*.txt', true],
	['fs.read:$project/**', 'fs.write:$project/logs/*.txt', false],
	['fs.read:$project/**', 'fs.read:$project/.env', false],
	['fs.read:$project/logs/*', 'fs.read:$project/logs/**', false],
	['fs.read:$project/logs/*', 'fs.read:$project/logs/*.txt', true],
	['fs.read:$project/logs/*.txt', 'fs.read:$project/logs/*', false],
	['fs.read:$project/*/a', 'fs.read:$project/*/a', true],
	['fs.read:$project/**/a', 'fs.read:$project/x/**/a', true],
	['fs.read:$project/x/**/a', 'fs.read:$project/**/a', false],
	['fs.read:$project/logs/**', 'fs.read:$data/logs/**', false],
	['fs.read:$project/a?', 'fs.read:$project/ab', true],
	['fs.read:/**', 'fs.read:$project/x', false],
	['fs.read:$project/../x', 'fs.read:$project/../x', false],
	['net:a.example', 'net.get:a.example', true],
	['net.get,head:a.example', 'net.get:a.example', true],
	['net.get:a.example', 'net.post:a.example', false],
	['net.get:a.example', 'net:a.example', false],
	['run:git log --oneline *', 'run:git log --oneline v1', true],
	['run:git log *', 'run:git log --output=x', false],
	['run:git log **', 'run:git log a b c', true],
	['run:git log **', 'run:git log a -x', false],
	['run:git log *', 'run:git log **', false],
	['run:git log **', 'run:git log *', true],
	['run:git **', 'run:/usr/bin/git status', false],
	['run:git log -- *', 'run:git log -- *', true],
	['message.send:@a/b/*', 'message.send:@a/b/found', true],
	['message.send:@a/b/found', 'message.send:@a/b/*', false],
	['message.send:@a/b/found', 'message.receive:@a/b/found', false],
])('%s covers %s: %s', (grant, request, expected) => {
	expect(isCovered(parsePermission(request), [parsePermission(grant)])).toBe(expected);
});

test('a grant carries over when it is unchanged or narrower', () => {
	const compare = (old: string, next: string) => compareGrant(parsePermission(old), parsePermission(next));
	expect(compare('net:a.example', 'net:a.example:443')).toBe('unchanged');
	expect(compare('fs.read:$project/**', 'fs.read:$project/a')).toBe('narrower');
	expect(compare('fs.read:$project/a', 'fs.read:$project/**')).toBe('wider');
	expect(compare('net:a.example', 'env:A')).toBe('wider');
});

test('a pattern of many stars costs no more than its length', () => {
	const pattern = splitPath(`/${'*a'.repeat(200)}b/${'**/'.repeat(50)}x`) ?? [];
	expect(matchesPath(pattern, splitPath(`/${'a'.repeat(2000)}/${'y/'.repeat(50)}z`) ?? [])).toBe(false);
});

test('what covers also matches: random patterns and paths', () => {
	const names = ['a', 'b', '.c', 'ab'];
	const parts = [...names, '*', '**', 'a*', '?', '.*'];
	let seed = 7;
	const pick = <T>(list: readonly T[]): T => {
		seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
		return list[seed % list.length] as T;
	};
	const make = (from: readonly string[]) => `/${Array.from({ length: 1 + (seed % 4) }, () => pick(from)).join('/')}`;
	let covered = 0;
	for (let round = 0; round < 20_000; round += 1) {
		const [outer, inner, path] = [make(parts), make(parts), make(names)];
		const matches = (pattern: string) => matchesPath(splitPath(pattern) ?? [], splitPath(path) ?? []);
		const grant = { type: 'fs', access: 'read', reason: '' } as const;
		if (isCovered({ ...grant, path: inner }, [{ ...grant, path: outer }]) && matches(inner)) {
			covered += 1;
			expect(`${outer} covers ${inner}, ${path}: ${matches(outer)}`).toBe(`${outer} covers ${inner}, ${path}: true`);
		}
	}

	expect(covered).toBeGreaterThan(50);
});

test('audit lines chain, and a changed, missing or cut line is found', () => {
	const events = ['a', 'b', 'c'].map((name) => ({ event: 'plugin-started', plugin: name, seq: 99 }));
	let end = AUDIT_START;
	let text = '';
	for (const event of events) {
		const { line, link } = linkAuditEvent(end, event, new Date(0));
		text += line;
		end = link;
	}

	expect(verifyAuditLog(text)).toEqual({ events: 3, end, brokenAt: null });
	expect(readAuditLink(text)).toEqual(end);
	expect(readAuditLink('')).toEqual(AUDIT_START);
	const lines = text.split('\n');
	expect(verifyAuditLog(text.replace('"plugin":"b"', '"plugin":"x"')).brokenAt).toBe(3);
	expect(verifyAuditLog([lines[0], lines[2]].join('\n')).brokenAt).toBe(2);
	expect(verifyAuditLog(text.slice(0, -10)).brokenAt).toBe(3);
	expect(readAuditLink(text.slice(0, -10))).toBeNull();
});

test.each([
	['*', '-rf', false],
	['-*', '-rf', true],
	['a?c', 'abc', true],
	['a b', 'a b', true],
])('the argument pattern %s matches %s: %s', (pattern, argument, expected) => {
	expect(matchesArguments([pattern], [argument])).toBe(expected);
});

test('behind -- a wildcard matches what looks like an option, since the program does not take it for one', () => {
	expect(matchesArguments(['log', '--', '**'], ['log', '--', '-x', 'y'])).toBe(true);
	expect(matchesArguments(['log', '**'], ['log', '--', '-x'])).toBe(false);
	expect(matchesArguments(['log', '*'], ['log'])).toBe(false);
});

test.each([
	'run:',
	'run:../git',
	'run:git  log',
	'run:/usr/../bin/x',
	'run:git ** x',
	'net.:a',
	'net.brew:a',
	'message.send:x',
	'message.send:/t',
	'message.send:A/t',
	'message.send:a/T',
])('%s is not a permission', (text) => {
	expect(() => parsePermission(text)).toThrow('is not a permission');
});
