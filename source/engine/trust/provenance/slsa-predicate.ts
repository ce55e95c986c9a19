import * as v from 'valibot';
import { invalid, quote } from '../evidence/outcome.ts';

/** What a provenance predicate says about the build; null where it says nothing. */
export type BuildClaims = {
	/** `https://host/owner/name` */
	readonly repository: string;
	/** Path in the repository. */
	readonly workflow: string | null;
	/** Ref of the workflow, as in the certificate's build configuration. */
	readonly workflowRef: string | null;
	/** Ref of the sources. */
	readonly ref: string | null;
	readonly commit: string;
	readonly trigger: string | null;
	readonly repositoryId: string | null;
	readonly ownerId: string | null;
};

export const SLSA_V02 = 'https://slsa.dev/provenance/v0.2';
export const SLSA_V1 = 'https://slsa.dev/provenance/v1';

const optionalText = v.optional(v.string());
const digest = v.optional(v.record(v.string(), v.string()));
const v02Schema = v.looseObject({
	invocation: v.looseObject({
		configSource: v.looseObject({ uri: v.string(), digest, entryPoint: optionalText }),
		environment: v.optional(
			v.looseObject({ GITHUB_EVENT_NAME: optionalText, GITHUB_REPOSITORY_ID: optionalText, GITHUB_REPOSITORY_OWNER_ID: optionalText }),
		),
	}),
});
const githubSchema = v.looseObject({ event_name: optionalText, repository_id: optionalText, repository_owner_id: optionalText });
const v1Schema = v.looseObject({
	buildDefinition: v.looseObject({
		externalParameters: v.looseObject({
			workflow: v.optional(v.looseObject({ ref: optionalText, repository: v.string(), path: optionalText })),
			source: optionalText,
		}),
		internalParameters: v.optional(v.looseObject({ github: v.optional(githubSchema) })),
		resolvedDependencies: v.array(v.looseObject({ uri: v.string(), digest })),
	}),
});

/** Reads SLSA v0.2 and v1 predicates as npm's builders write them. Throws `EvidenceFault`. */
export function readBuildClaims(predicateType: string, predicate: unknown): BuildClaims {
	return predicateType === SLSA_V02 ? readV02(predicate) : readV1(predicate);
}

function readV02(predicate: unknown): BuildClaims {
	const { configSource, environment } = parse(v02Schema, predicate).invocation;
	const source = splitSource(configSource.uri);
	return {
		...source,
		...splitEntryPoint(configSource.entryPoint, source.repository),
		commit: requireCommit(configSource.digest?.['sha1']),
		trigger: environment?.GITHUB_EVENT_NAME ?? null,
		repositoryId: environment?.GITHUB_REPOSITORY_ID ?? null,
		ownerId: environment?.GITHUB_REPOSITORY_OWNER_ID ?? null,
	};
}

function readV1(predicate: unknown): BuildClaims {
	const { externalParameters, internalParameters, resolvedDependencies } = parse(v1Schema, predicate).buildDefinition;
	const { workflow } = externalParameters;
	const { repository } = splitSource(workflow?.repository ?? externalParameters.source ?? '');
	const sources = resolvedDependencies
		.filter((entry) => entry.uri.startsWith('git+https://'))
		.map((entry) => ({ ...splitSource(entry.uri), digest: entry.digest }));
	const source = sources.find((entry) => entry.repository === repository);
	return {
		repository,
		workflow: workflow?.path ?? null,
		workflowRef: workflow?.ref ?? null,
		ref: source?.ref ?? null,
		commit: requireCommit(source?.digest?.['gitCommit'] ?? source?.digest?.['sha1']),
		...readGithubParameters(internalParameters?.github),
	};
}

type GithubParameters = v.InferOutput<typeof githubSchema>;

function readGithubParameters(github: GithubParameters | undefined): Pick<BuildClaims, 'trigger' | 'repositoryId' | 'ownerId'> {
	return { trigger: github?.event_name ?? null, repositoryId: github?.repository_id ?? null, ownerId: github?.repository_owner_id ?? null };
}

/** `git+https://host/owner/name@refs/tags/v1` -> repository and ref. */
function splitSource(uri: string): { readonly repository: string; readonly ref: string | null } {
	const match = /^(?:git\+)?(https:\/\/[^@\s]+?)(?:\.git)?(?:@(\S+))?$/.exec(uri);
	if (match?.[1] === undefined) {
		throw invalid('predicate-incomplete', `The provenance names the source ${quote(uri)}, expected git+https://….`);
	}

	return { repository: match[1], ref: match[2] ?? null };
}

/** Early npm wrote `owner/name/path@ref`, later builders the path alone, GitLab a job name. */
function splitEntryPoint(entryPoint: string | undefined, repository: string): Pick<BuildClaims, 'workflow' | 'workflowRef'> {
	if (entryPoint === undefined) {
		return { workflow: null, workflowRef: null };
	}

	const [path = '', ref = null] = entryPoint.split('@');
	const slug = `${new URL(repository).pathname.slice(1)}/`;
	const workflow = path.startsWith(slug) ? path.slice(slug.length) : path;
	return /\.ya?ml$/.test(workflow) ? { workflow, workflowRef: ref } : { workflow: null, workflowRef: null };
}

function requireCommit(commit: string | undefined): string {
	if (commit === undefined || !/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(commit)) {
		throw invalid('predicate-incomplete', `The provenance names the commit ${quote(commit ?? 'nothing')}.`);
	}

	return commit;
}

function parse<T extends v.GenericSchema>(schema: T, predicate: unknown): v.InferOutput<T> {
	const result = v.safeParse(schema, predicate);
	if (!result.success) {
		const [issue] = result.issues;
		throw invalid('predicate-malformed', `The provenance is not valid at "${v.getDotPath(issue) ?? '(top)'}": ${quote(issue.message)}.`);
	}

	return result.output;
}
