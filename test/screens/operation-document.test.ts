import { expect, it } from 'vitest';

import { keyNames } from '../../source/key-bindings.ts';
import { reduce } from '../../source/reduce.ts';
import type { Action } from '../../source/reduce.ts';
import { operationDocument } from '../../source/screens/documents/operation-document.ts';
import { initialState } from '../../source/state.ts';
import type { State } from '../../source/state.ts';
import type { TransferProgress } from '../../source/transfer-watch.ts';
import { startedOperation } from '../helpers/started-operation.ts';

/** An install that has just begun to fetch two packages of 2 MB together. */
function fetching(): State {
	const size = { columns: 80, rows: 24 };
	const first = initialState({ version: '0', homePath: '/home', profile: 'default', registry: '', size, section: 'installed', now: 0 });
	return apply(
		first,
		{
			type: 'operation-started',
			operation: startedOperation(),
		},
		{ type: 'operation-event', id: 1, event: { type: 'step-started', step: 'fetch', detail: '2 packages' }, now: 1000 },
		{ type: 'operation-event', id: 1, event: { type: 'fetch-planned', packages: 2, unpackedBytes: 2_000_000, unknownSizes: 0 }, now: 1000 },
	);
}

function apply(state: State, ...actions: readonly Action[]): State {
	return actions.reduce(reduce, state);
}

function lookAt(now: number, receivedBytes: number | null): Action {
	const progress: readonly TransferProgress[] =
		receivedBytes === null
			? []
			: [
					{
						type: 'fetch-progress',
						id: 'a@1',
						receivedBytes,
						totalBytes: 500_000,
						unpackedBytes: 1_000_000,
						finished: receivedBytes === 500_000,
					},
				];
	return { type: 'operation-looked-at', id: 1, progress, now };
}

function rows(state: State): readonly string[] {
	const operation = state.operations[0];
	return operation === undefined
		? []
		: operationDocument(operation, { width: 100, retryKey: 'R', key: keyNames(state) }).map((line) =>
				line.map(({ text }) => text).join(''),
			);
}

it('tells how much has come, at which rate, and for how long it has gone on', () => {
	const [step, , total, ...lines] = rows(apply(fetching(), lookAt(2000, 50_000), lookAt(3000, 100_000)));
	expect(step).toMatch(/^> Fetch +2 packages +2 s$/);
	expect(total).toContain('0 of 2 packages, 0.2 of 2.0 MB, 50 kB/s');
	expect(lines).toEqual([expect.stringMatching(/100.0 of 500.0 kB {2}a@1$/)]);
});

it('says what it waits for when nothing comes any more, and since when', () => {
	const silent = apply(fetching(), lookAt(2000, 50_000), lookAt(5000, null));
	expect(rows(silent)[2]).toContain('0 of 2 packages, 0.1 of 2.0 MB, nothing for 3 s: waiting for the registry');
	expect(rows(apply(silent, lookAt(6000, 60_000)))[2]).toMatch(/0\.1 of 2\.0 MB, [\d.]+ kB\/s$/);
	expect(rows(apply(fetching(), lookAt(90_000, null)))[2]).toContain('nothing for 1 min 29 s: waiting for the registry');
});

it('tells neither rate nor waiting once nothing is fetched any more', () => {
	const finished = { type: 'step-finished', step: 'fetch', milliseconds: 2000, failed: false } as const;
	const over = apply(fetching(), lookAt(2000, 500_000), { type: 'operation-event', id: 1, event: finished, now: 3000 });
	const [step, , total] = rows(apply(over, lookAt(9000, null)));
	expect(step).toMatch(/^\+ Fetch +2 packages +2\.0 s$/);
	expect(total).toMatch(/1 of 2 packages, 1\.0 MB$/);
});
