import type { SourceIdentity } from '../../evidence.ts';

/** What a certificate must say for a name. A field that is left out is not compared; all others must be equal, letter by letter. */
export type IdentityPin = {
	readonly issuer?: string | undefined;
	readonly subject?: string | undefined;
	readonly repository?: string | undefined;
	readonly repositoryId?: string | undefined;
	readonly ownerId?: string | undefined;
	readonly workflow?: string | undefined;
	/** Full refs; one that ends in `/*` stands for everything below it, so that a pin survives the next tag. */
	readonly refs?: readonly string[] | undefined;
	readonly triggers?: readonly string[] | undefined;
	readonly runner?: string | undefined;
};

export type FieldDifference = { readonly field: string; readonly from: string; readonly to: string };

const NOTHING = 'nothing';
// A repository or owner can be renamed and its name registered by someone else; the numbers cannot.
const NUMBERED_FIELDS = ['repositoryId', 'ownerId'] as const;
// Whoever can open a pull request or write a comment can set these off: a release never comes of them.
const OUTSIDERS_TRIGGERS: readonly (string | null)[] = [
	'pull_request',
	'pull_request_target',
	'issue_comment',
	'issues',
	'discussion_comment',
];
const PINNED_FIELDS = ['issuer', 'subject', 'repository', 'repositoryId', 'ownerId', 'workflow', 'runner'] as const;

/**
 * How the builder of a new version differs from the approved one, old -> new, or null when it is the same. Commit, trigger and the name
 * of a tag or branch differ from release to release and are left to pins; that a release came of a tag and now comes of a branch is a
 * change, and so is a trigger that outsiders can set off. A repository that kept its number and its owner was renamed, and is the same. A certificate from before a field existed is not a change; one that stops naming it is.
 */
export function identityChange(
	previous: SourceIdentity | null,
	current: SourceIdentity | null,
): { readonly from: string; readonly to: string } | null {
	if (previous === null) {
		return null;
	}

	if (current === null) {
		return { from: describeIdentity(previous), to: 'no verified provenance' };
	}

	const differences = identityDifferences(previous, current);
	if (differences.length === 0) {
		return null;
	}

	return {
		from: differences.map(({ field, from }) => `${field} ${from}`).join(', '),
		to: differences.map(({ field, to }) => `${field} ${to}`).join(', '),
	};
}

export function identityDifferences(previous: SourceIdentity, current: SourceIdentity): readonly FieldDifference[] {
	const differences: FieldDifference[] = [];
	const compare = (field: string, from: string | null, to: string | null): void => {
		if (from !== to) {
			differences.push({ field, from: from ?? NOTHING, to: to ?? NOTHING });
		}
	};

	compare('issuer', previous.issuer, current.issuer);
	// The repository's own workflow as signer says nothing that repository and workflow do not say.
	if (signerWithin(previous) !== signerWithin(current)) {
		compare('signer', signerOf(previous), signerOf(current));
	}

	if (!isRenamed(previous, current)) {
		compare('repository', previous.repository, current.repository);
	}

	compare('workflow', previous.workflow, current.workflow);
	if (previous.ref !== null) {
		compare('ref', refKind(previous.ref), refKind(current.ref));
	}

	if (OUTSIDERS_TRIGGERS.includes(current.trigger)) {
		compare('trigger', previous.trigger, current.trigger);
	}

	for (const field of NUMBERED_FIELDS) {
		if (previous[field] !== null) {
			compare(field, previous[field], current[field]);
		}
	}

	if (previous.runner !== null) {
		compare('runner', previous.runner, current.runner);
	}

	return differences;
}

/** A pin of a runner or of refs alone fits every builder there is: it can demand something, but says nobody's name. */
export function namesBuilder({ subject, repository, repositoryId }: IdentityPin): boolean {
	return (subject ?? repository ?? repositoryId) !== undefined;
}

/** The first field that is not what the pin says, or null when all are. */
export function pinMismatch(pin: IdentityPin, identity: SourceIdentity): FieldDifference | null {
	for (const field of PINNED_FIELDS) {
		const expected = pin[field];
		if (expected !== undefined && expected !== identity[field]) {
			return { field, from: expected, to: identity[field] ?? NOTHING };
		}
	}

	if (pin.refs !== undefined && !pin.refs.some((pattern) => refMatches(pattern, identity.ref))) {
		return { field: 'ref', from: pin.refs.join(' or '), to: identity.ref ?? NOTHING };
	}

	if (pin.triggers !== undefined && !pin.triggers.some((trigger) => trigger === identity.trigger)) {
		return { field: 'trigger', from: pin.triggers.join(' or '), to: identity.trigger ?? NOTHING };
	}

	return null;
}

/** The signing workflow without the ref it ran at, since that names the release; an e-mail or another subject stays whole. */
export function signerOf(identity: SourceIdentity): string {
	const match = /^(https:\/\/[^@]+)@(?:refs\/.+|[0-9a-f]{40})$/.exec(identity.subject);
	return match?.[1] ?? identity.subject;
}

/** For instance `https://github.com/acme/plug, .github/workflows/publish.yml at refs/tags/v1.0.0`. */
export function describeIdentity(identity: SourceIdentity): string {
	if (identity.repository === null) {
		return `${identity.subject} (${identity.issuer})`;
	}

	const workflow = identity.workflow === null ? '' : `, ${identity.workflow}`;
	return `${identity.repository}${workflow}${identity.ref === null ? '' : ` at ${identity.ref}`}`;
}

/** The numbers of an issuer are given once: whoever has both is the same repository of the same owner under another name. */
function isRenamed(previous: SourceIdentity, current: SourceIdentity): boolean {
	return (
		previous.repository !== current.repository &&
		previous.issuer === current.issuer &&
		NUMBERED_FIELDS.every((field) => previous[field] !== null && previous[field] === current[field])
	);
}

/** The signing workflow, without the name of the repository where it is the repository's own. */
function signerWithin(identity: SourceIdentity): string {
	const signer = signerOf(identity);
	const own = `${identity.repository ?? ''}/`;
	return signer.startsWith(own) ? signer.slice(own.length) : signer;
}

/** `refs/tags/v1.0.0` -> `refs/tags/*` */
function refKind(ref: string | null): string | null {
	return ref === null ? null : (/^refs\/[^/]+\//.exec(ref)?.[0].concat('*') ?? ref);
}

function refMatches(pattern: string, ref: string | null): boolean {
	if (ref === null) {
		return false;
	}

	return pattern.endsWith('/*') ? ref.startsWith(pattern.slice(0, -1)) && ref.length >= pattern.length : ref === pattern;
}
