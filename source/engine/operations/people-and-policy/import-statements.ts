import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import { stripToLine } from '../../strip-controls.ts';
import type { ImportReport, StatementSource } from '../../trust-calls.ts';
import type { EngineContext } from '../engine-context.ts';
import { fetchPackageFile } from './fetch-package-file.ts';
import { addStatements } from './statement-store.ts';

/** What an npm package of endorsements holds, one bundle a line. */
const PACKAGED = 'endorsements.jsonl';
const MAXIMUM_STATEMENTS = 50_000;

/** Verifies and keeps what others said; what does not verify is told and left out. */
export async function importStatements(context: EngineContext, source: StatementSource, options: CallOptions): Promise<ImportReport> {
	const report = await addStatements(context, await bundlesFrom(context, source, options));
	await context.reloadPolicies();
	return report;
}

async function bundlesFrom(context: EngineContext, source: StatementSource, options: CallOptions): Promise<readonly unknown[]> {
	switch (source.type) {
		case 'file':
			return parseLines(await readSource(resolve(context.options.cwd, source.path)), source.path);
		case 'package':
			return parseLines(await fetchPackageFile(context, { spec: source.spec, file: PACKAGED }, options), source.spec);
		case 'registry':
			return context.registry.statements(source.name, { signal: options.signal });
	}
}

/** One bundle a line, or one JSON document: a bundle or a list of them. */
function parseLines(text: string, from: string): readonly unknown[] {
	const whole = tryJson(text);
	if (whole !== undefined) {
		return Array.isArray(whole) ? whole : [whole];
	}

	const lines = text.split('\n').filter((line) => line.trim() !== '');
	if (lines.length > MAXIMUM_STATEMENTS) {
		throw new EngineError(
			'usage',
			`${stripToLine(from)} holds ${lines.length} statements; at most ${MAXIMUM_STATEMENTS} are taken at once.`,
			{
				hint: 'Import it in parts.',
			},
		);
	}

	return lines.map((line, index) => {
		const bundle = tryJson(line);
		if (bundle === undefined) {
			throw new EngineError('usage', `Line ${index + 1} of ${stripToLine(from)} is not JSON.`, {
				hint: 'Expected one signed bundle a line.',
			});
		}

		return bundle;
	});
}

function tryJson(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		// The caller tells which line, or tries another form.
		return undefined;
	}
}

async function readSource(path: string): Promise<string> {
	try {
		return await readFile(path, 'utf8');
	} catch (error) {
		throw new EngineError('usage', `${path} cannot be read.`, { hint: 'Check the path.', cause: error });
	}
}
