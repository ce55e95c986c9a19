import { formatAge } from '../../format.ts';
import { keyNames } from '../../key-bindings.ts';
import type { KeyName } from '../../key-bindings.ts';
import type { Loadable, State } from '../../state.ts';
import { span } from '../../theme.ts';
import type { Line } from '../../theme.ts';
import { failureDocument } from '../documents/failure-document.ts';
import { BLANK, paragraph } from '../documents/lines.ts';

/** What stands where a list would: loading by name, the failure, or what an empty list means and what to do. */
export function placeholderLines(
	{ loadable, key }: { readonly loadable: Loadable<unknown>; readonly key: KeyName },
	words: { readonly loading: string; readonly empty: string; readonly next: string },
	width: number,
): readonly Line[] {
	if (loadable.value === null && loadable.failure !== null) {
		return failureDocument(loadable.failure, width, key('refresh'));
	}

	if (loadable.value === null) {
		return [BLANK, [span(words.loading, 'dim')]];
	}

	return [BLANK, ...paragraph(words.empty, width), ...paragraph(words.next, width, { tone: 'dim' })];
}

/** `loading ...`, `from 5 minutes ago; registry-unreachable, R retries`: what is wrong with what is shown; nothing when it is fresh. */
export function freshness(loadable: Loadable<unknown>, state: State): string {
	if (loadable.value === null) {
		return '';
	}

	if (loadable.status === 'loading') {
		return 'loading ...';
	}

	const age = loadable.loadedAt === null ? '' : formatAge(new Date(loadable.loadedAt).toISOString(), state.now);
	return loadable.status === 'failed' ? `from ${age}; ${loadable.failure?.code ?? 'failed'}, ${keyNames(state)('refresh')} retries` : '';
}
