import { describe, expect, it } from 'vitest';
import { unknownSubcommand } from '../../source/commands/unknown-subcommand.ts';

const given = (word: string) =>
	unknownSubcommand({ command: 'cache', word, known: ['info', 'verify', 'clean'], usage: 'cache info|verify|clean' });

describe('a word behind a command that is none of its own', () => {
	it('is named with the nearest word', () => {
		expect(given('clen').message).toBe('cache has no "clen". Did you mean "clean"?');
		expect(given('clen').hint).toBe('Type: plugward cache info|verify|clean');
	});

	it('is named alone when nothing is near', () => {
		expect(given('polish').message).toBe('cache has no "polish".');
	});

	it('cannot steer the terminal', () => {
		expect(given('\u001b[2Jx').message).not.toContain('\u001b');
	});

	it('is asked for with all the words when it is missing', () => {
		expect(given('').message).toBe('cache needs a word behind it: info, verify or clean.');
	});
});
