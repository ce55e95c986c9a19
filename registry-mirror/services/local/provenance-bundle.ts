import * as v from 'valibot';
import { MirrorError } from '../../mirror-error.ts';

export type ProvenanceFacts = { readonly predicateType: string };

const bundleSchema = v.looseObject({
	mediaType: v.string(),
	dsseEnvelope: v.looseObject({ payloadType: v.literal('application/vnd.in-toto+json'), payload: v.string() }),
	verificationMaterial: v.looseObject({}),
});
const statementSchema = v.looseObject({
	predicateType: v.pipe(v.string(), v.url()),
	subject: v.pipe(v.array(v.looseObject({ name: v.string(), digest: v.record(v.string(), v.string()) })), v.length(1)),
});

/**
 * Reads what a Sigstore bundle states and refuses one that speaks of another artefact. Whether its signature holds is judged by each
 * client against its own trust root: a mirror's word would add nothing. Throws 422.
 */
export function readProvenance(
	bundle: string,
	artefact: { readonly name: string; readonly version: string; readonly sha512: string },
): ProvenanceFacts {
	const parsed = v.safeParse(bundleSchema, parseJson(bundle));
	const statement = parsed.success
		? v.safeParse(statementSchema, parseJson(Buffer.from(parsed.output.dsseEnvelope.payload, 'base64').toString('utf8')))
		: null;
	if (statement?.success !== true) {
		throw mismatch('The provenance attached is not a Sigstore bundle with an in-toto statement about one subject.');
	}

	const [subject] = statement.output.subject;
	const expected = `pkg:npm/${artefact.name.replace(/^@/u, '%40')}@${artefact.version}`;
	if (subject?.name !== expected) {
		throw mismatch(`The provenance speaks of another package: expected ${expected}, got ${(subject?.name ?? '').slice(0, 300)}.`);
	}

	if (subject.digest['sha512'] !== artefact.sha512) {
		throw mismatch(
			`The provenance speaks of another tarball: expected sha512 ${artefact.sha512}, got ${(subject.digest['sha512'] ?? 'none').slice(0, 128)}.`,
		);
	}

	return { predicateType: statement.output.predicateType };
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new MirrorError(422, 'provenance-mismatch', 'The provenance attached is not JSON.', { cause: error });
	}
}

function mismatch(message: string): MirrorError {
	return new MirrorError(422, 'provenance-mismatch', message);
}
