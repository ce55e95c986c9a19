import { TrustedRoot } from '@sigstore/protobuf-specs';
import * as v from 'valibot';
import { EngineError } from '../../errors.ts';

const isoTime = v.pipe(
	v.string(),
	v.check((text) => !Number.isNaN(Date.parse(text)), 'expected an ISO time'),
);
const base64 = v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]+={0,2}$/, 'expected base64'));
const period = v.looseObject({ start: isoTime, end: v.optional(isoTime) });
// The verifier takes a log key without a start as valid since ever. A root that does not say since when its logs sign is refused instead.
const log = v.looseObject({
	baseUrl: v.string(),
	logId: v.looseObject({ keyId: base64 }),
	publicKey: v.looseObject({ rawBytes: base64, validFor: period }),
});
const authority = v.looseObject({
	certChain: v.looseObject({ certificates: v.pipe(v.array(v.looseObject({ rawBytes: base64 })), v.minLength(1)) }),
	validFor: v.optional(v.looseObject({ start: v.optional(isoTime), end: v.optional(isoTime) })),
});
const documentSchema = v.looseObject({
	mediaType: v.pipe(v.string(), v.startsWith('application/vnd.dev.sigstore.trustedroot')),
	tlogs: v.pipe(v.array(log), v.minLength(1)),
	ctlogs: v.pipe(v.array(log), v.minLength(1)),
	certificateAuthorities: v.pipe(v.array(authority), v.minLength(1)),
	timestampAuthorities: v.optional(v.array(authority), []),
});

/** Parses a `trusted_root.json`. Throws `settings-invalid` that names the root and the field. */
export function parseTrustedRoot(id: string, json: unknown): TrustedRoot {
	const result = v.safeParse(documentSchema, json);
	if (!result.success) {
		const issue = result.issues[0];
		throw new EngineError(
			'settings-invalid',
			`The trust root "${id}" is not usable at "${v.getDotPath(issue) ?? '(top)'}": ${issue.message}.`,
			{ hint: 'Every log key of a trusted_root.json needs publicKey.validFor.start.' },
		);
	}

	return TrustedRoot.fromJSON(result.output);
}
