import { expect, test } from 'vitest';
import { samePlace } from '../../source/commands/same-place.ts';

const NAMES = ['install', 'verify', 'rollback', 'profile', 'import', 'export'];
const nowhere = { home: null, store: null, profile: null };
const at = (place: Partial<typeof nowhere | { home: string; store: string; profile: string }>) =>
	samePlace({ ...nowhere, ...place }, NAMES);

test('a command in a hint works where the hint came from', () => {
	expect(at({ profile: 'work' })('Go back: plugward rollback 2')).toBe('Go back: plugward --profile work rollback 2');
	expect(at({ home: '/srv/a', profile: 'work' })('Type `plugward verify --repair`, then wait.')).toBe(
		'Type `plugward --home /srv/a --profile work verify --repair`, then wait.',
	);
	expect(at({ store: '/s' })('plugward install a && plugward verify')).toBe('plugward --store /s install a && plugward --store /s verify');
});

test('without such flags nothing is changed, and what is no command never is', () => {
	expect(at({})('plugward verify')).toBe('plugward verify');
	for (const text of [
		'Install a newer plugward, which brings it.',
		'Another plugward is changing this home.',
		'my-plugward installed it',
	]) {
		expect(at({ home: '/a' })(text)).toBe(text);
	}
});

test('what a command says itself stays', () => {
	expect(at({ profile: 'work', home: '/a' })('plugward profile switch home --profile default')).toBe(
		'plugward --home /a profile switch home --profile default',
	);
	expect(at({ home: '/a' })('plugward export --archive FILE, then plugward import FILE --home OTHER')).toBe(
		'plugward --home /a export --archive FILE, then plugward import FILE --home OTHER',
	);
});

test('a folder is one word for the shell, and moves no terminal', () => {
	expect(at({ home: "/it's mine" })('plugward verify')).toBe(String.raw`plugward --home '/it'\''s mine' verify`);
	expect(at({ home: '/a\u001B[31m' })('plugward verify')).not.toContain('\u001B');
});

test('a command that was broken over two lines is one too', () => {
	expect(at({ home: '/a' })('Type plugward\n     verify')).toBe('Type plugward --home /a\n     verify');
});
