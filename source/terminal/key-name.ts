import type { Key } from 'ink';

/**
 * The name of a key as the binding table spells it: `down`, `return`, `shift-tab`, `ctrl-d`, `alt-b`, `space`, or the character itself.
 * Null for what is no key, for instance the release of one.
 */
export function keyName(input: string, key: Key): string | null {
	if (key.eventType === 'release') {
		return null;
	}

	const special = specialName(input, key);
	if (special !== null) {
		return key.ctrl && special.startsWith('arrow-') ? `ctrl-${special.slice(6)}` : special.replace('arrow-', '');
	}

	if (input === '') {
		return null;
	}

	if (key.ctrl) {
		return `ctrl-${input.toLowerCase()}`;
	}

	if (key.meta) {
		return `alt-${input.toLowerCase()}`;
	}

	return input === ' ' ? 'space' : input;
}

// oxlint-disable-next-line complexity
function specialName(input: string, key: Key): string | null {
	if (key.upArrow) return 'arrow-up';
	if (key.downArrow) return 'arrow-down';
	if (key.leftArrow) return key.meta ? 'alt-b' : 'arrow-left';
	if (key.rightArrow) return key.meta ? 'alt-f' : 'arrow-right';
	if (key.pageUp) return 'pageup';
	if (key.pageDown) return 'pagedown';
	if (key.home) return 'home';
	if (key.end) return 'end';
	if (key.return || input === '\n') return 'return';
	if (key.escape) return 'escape';
	if (key.tab) return key.shift ? 'shift-tab' : 'tab';
	if (key.backspace) return key.meta ? 'ctrl-w' : 'backspace';
	if (key.delete) return 'delete';
	return null;
}
