import type { ContainedText } from '../engine/index.ts';
import { keyNames } from '../key-bindings.ts';
import { remember } from '../remember.ts';
import { askDocument } from '../screens/documents/ask-document.ts';
import { confirmDocument } from '../screens/documents/confirm-document.ts';
import { containedDocument } from '../screens/documents/contents-document.ts';
import { explanationDocument, rawDocument } from '../screens/documents/explanation-document.ts';
import { failureDocument } from '../screens/documents/failure-document.ts';
import { keysDocument } from '../screens/documents/help-document.ts';
import { levelsDocument } from '../screens/documents/levels-document.ts';
import { paragraph } from '../screens/documents/lines.ts';
import { explanationOf, fileOf, rawEvidenceOf } from '../select.ts';
import type { Page, State } from '../state.ts';
import type { Line } from '../theme.ts';
import { READABLE_COLUMNS } from './screen-document.ts';

// Drawn on every key, made once for each width.
const containedOnScreen = remember((file: ContainedText, width) => containedDocument(file, Number(width)));

/** One file of a package. */
export function fileLines(state: State, page: Extract<Page, { readonly type: 'file' }>, width: number): readonly Line[] {
	const { value, failure } = fileOf(state, page);
	if (value !== null) {
		return containedOnScreen(value, String(width));
	}

	return failure === null
		? paragraph(`Reading ${page.path} ...`, width, { tone: 'dim' })
		: failureDocument(failure, width, keyNames(state)('refresh'));
}

type TextPage = Extract<Page, { readonly type: 'trust-why' | 'trust-raw' | 'confirm' | 'ask' | 'keys' | 'levels' }>;

/** A page that is one text and knows its own place. */
export function textPageLines(state: State, page: TextPage, width: number): readonly Line[] {
	const key = keyNames(state);
	switch (page.type) {
		case 'confirm':
			return confirmDocument(page.act, { width, key });
		case 'ask':
			return askDocument(page, { width, key });
		case 'keys':
			return keysDocument(state, width);
		case 'levels':
			return levelsDocument({ width: Math.min(READABLE_COLUMNS, width), key });
		case 'trust-why':
			return trustDetail(state, page.name, width);
		case 'trust-raw': {
			const { value, failure } = rawEvidenceOf(state, page.name);
			return value === null
				? failure === null
					? paragraph('Asking the registry for what was signed ...', width, { tone: 'dim' })
					: failureDocument(failure, width, key('refresh'))
				: rawDocument(value, width);
		}
	}
}

/** Why a plugin has its level: beside the list, and as a page. */
export function trustDetail(state: State, name: string, width: number): readonly Line[] {
	const { value, failure } = explanationOf(state, name);
	if (value !== null) {
		return explanationDocument(value, width);
	}

	return failure === null
		? paragraph(`Reading what is proven about ${name} ...`, width, { tone: 'dim' })
		: failureDocument(failure, width, keyNames(state)('refresh'));
}
