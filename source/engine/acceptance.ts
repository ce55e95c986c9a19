import * as v from 'valibot';

/** What the user let pass for exactly one version, kept in the generation that has it. */
export type Acceptance = v.InferOutput<typeof acceptanceSchema>;

export const acceptanceSchema = v.object({
	package: v.string(),
	version: v.string(),
	rule: v.picklist(['lower-level', 'changed-identity', 'young-version', 'downgrade']),
	/** What was accepted, in one sentence. */
	text: v.string(),
	/** In the words of who accepted it; null when nothing was said. */
	reason: v.nullable(v.string()),
	/** ISO times. After `expires` it does not count any more. */
	acceptedAt: v.string(),
	expires: v.string(),
	/** Name of the account that accepted it. */
	by: v.string(),
});
