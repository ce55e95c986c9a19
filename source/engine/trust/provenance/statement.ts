import * as v from 'valibot';
import type { Integrity } from '../../integrity.ts';
import { hexOfIntegrity } from '../../integrity.ts';
import { invalid, quote } from '../evidence/outcome.ts';

/** A signed in-toto statement about exactly one artefact. */
export type Statement = { readonly predicateType: string; readonly predicate: unknown };

const statementSchema = v.looseObject({
	_type: v.picklist(['https://in-toto.io/Statement/v0.1', 'https://in-toto.io/Statement/v1']),
	subject: v.array(v.looseObject({ name: v.string(), digest: v.record(v.string(), v.string()) })),
	predicateType: v.string(),
	predicate: v.unknown(),
});

/**
 * Reads the signed payload: one subject, whose purl is this very version and whose sha512 is that of the bytes in hand. With several
 * subjects it would be open which of them is meant, so that is refused. Throws `EvidenceFault`.
 */
export function readStatement(
	payload: unknown,
	artefact: { readonly name: string; readonly version: string; readonly integrity: Integrity },
): Statement {
	const result = v.safeParse(statementSchema, payload);
	if (!result.success) {
		throw invalid('statement-malformed', `The signed statement is not an in-toto statement: ${quote(result.issues[0].message)}.`);
	}

	const { subject: subjects, predicateType, predicate } = result.output;
	const subject = subjects[0];
	if (subject === undefined || subjects.length !== 1) {
		throw invalid('subject-count', `The signed statement is about ${subjects.length} artefacts, expected exactly one.`);
	}

	const purl = packageUrl(artefact);
	if (subject.name !== purl) {
		throw invalid('subject-mismatch', `The signed statement is about ${quote(subject.name)}, expected ${purl}.`);
	}

	const sha512 = hexOfIntegrity(artefact.integrity);
	if (subject.digest['sha512'] !== sha512) {
		throw invalid(
			'subject-mismatch',
			`The signed statement is about sha512 ${quote(subject.digest['sha512'] ?? 'nothing')}, the bytes are ${sha512}.`,
		);
	}

	return { predicateType, predicate };
}

/** `pkg:npm/%40scope/name@1.0.0` */
export function packageUrl({ name, version }: { readonly name: string; readonly version: string }): string {
	return `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;
}
