import { describe, expect, it } from 'vitest';

import { chooseReader, splitWords } from '../../source/terminal/hand-off.ts';

describe('the words of $EDITOR', () => {
	it.each([
		['vi', ['vi']],
		['  code   --wait ', ['code', '--wait']],
		[`"/opt/my editor/bin/ed" -c 'set ro' ""`, ['/opt/my editor/bin/ed', '-c', 'set ro', '']],
		[String.raw`/opt/my\ editor/ed "a\"b" 'c\d'`, ['/opt/my editor/ed', 'a"b', String.raw`c\d`]],
		['vi; rm -rf $HOME `id` *', ['vi;', 'rm', '-rf', '$HOME', '`id`', '*']],
	])('%s is split without a shell', (text, words) => {
		expect(splitWords(text)).toEqual(words);
	});

	it('end nowhere when a quote stays open', () => {
		expect(splitWords('vi "never closed')).toBeNull();
		expect(chooseReader('editor', { EDITOR: 'vi "never closed' })).toEqual({
			problem: '$EDITOR cannot be read as words: a quote or a backslash in it stays open.',
		});
	});
});

describe('the program', () => {
	it('is that of $VISUAL before that of $EDITOR, and of $PAGER for reading', () => {
		expect(chooseReader('editor', { VISUAL: 'vim -R', EDITOR: 'ed' })).toEqual({ words: ['vim', '-R'] });
		expect(chooseReader('editor', { VISUAL: ' ', EDITOR: 'ed' })).toEqual({ words: ['ed'] });
		expect(chooseReader('pager', { PAGER: 'less -S' })).toEqual({ words: ['less', '-S'] });
	});

	it('is asked for by name where none is named', () => {
		expect(chooseReader('editor', {})).toEqual({ problem: 'No editor is named: set $EDITOR, for instance with "export EDITOR=vi".' });
		expect(chooseReader('pager', {})).toEqual({ problem: 'No pager is named: set $PAGER, for instance with "export PAGER=less".' });
	});
});
