import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EngineError } from '../../errors.ts';
import { LEVELS } from '../../evidence.ts';
import { PERMISSION_KINDS } from '../../permission.ts';
import { organisationOf, parseTrustPolicy, type PolicyKey, signPolicy, type TrustPolicy } from '../../trust/index.ts';
import type { PolicyReport, SignedPolicy } from '../../trust-calls.ts';
import type { EngineContext } from '../engine-context.ts';
import { ownSigningKey } from './signing-key.ts';

/** What holds, and by whose word. */
export async function checkPolicy({ policies, clock, home }: EngineContext): Promise<PolicyReport> {
	const { settings } = await home.current();
	const { policy, files, refused, setBy, lockedBy } = policies;
	const now = clock().getTime();
	return {
		files,
		rules: (Object.keys(SENTENCES) as (keyof typeof SENTENCES)[]).map((key) => ({
			key,
			value: key === 'pins' ? { ...policy.projectPins, ...policy.pins } : policy[key],
			setBy: setBy[key] ?? 'default',
			lockedBy: lockedBy[key] ?? null,
			text: SENTENCES[key](policy),
		})),
		exceptions: policy.exceptions.map((exception) => ({ ...exception, isExpired: Date.parse(exception.expires) <= now })),
		acceptances: settings.acceptances.map((one) => ({ ...one, isExpired: Date.parse(one.expires) <= now })),
		refused,
	};
}

/** Signs a policy file that reads as one. Throws `settings-invalid`. */
export async function signPolicyFile(context: EngineContext, file: string): Promise<SignedPolicy> {
	const json = await readJson(resolve(context.options.cwd, file));
	parseTrustPolicy(json);
	if (organisationOf(json) !== null) {
		throw new EngineError('settings-invalid', 'The policy names an organisation itself, which only the policy of a user may.', {
			hint: 'Remove that key.',
		});
	}

	const { key, id } = await ownSigningKey(context);
	return { key: id, bundle: signPolicy(json as object, key) };
}

async function readJson(path: string): Promise<unknown> {
	try {
		return JSON.parse(await readFile(path, 'utf8'));
	} catch (error) {
		throw new EngineError('settings-invalid', `The policy ${path} cannot be read as JSON.`, {
			hint: 'Check the path and the file.',
			cause: error,
		});
	}
}

const SENTENCES: { readonly [K in Exclude<PolicyKey, 'exceptions'>]: (policy: TrustPolicy) => string } = {
	minimumLevel: ({ minimumLevel }) =>
		minimumLevel === 'unknown' ? 'A plugin of any level may be installed.' : `A plugin below ${minimumLevel} is asked about.`,
	minimumAgeHours: ({ minimumAgeHours }) =>
		minimumAgeHours === 0 ? 'Versions of any age are taken.' : `Versions younger than ${minimumAgeHours} hours are left aside.`,
	ageExempt: ({ ageExempt }) => names(ageExempt, { none: 'Age is judged for every name.', some: 'Age is not judged for' }),
	ownRegistries: ({ ownRegistries }) => names(ownRegistries, { none: 'No registry is exempt from age.', some: 'Age is not judged at' }),
	requireProvenance: ({ requireProvenance }) =>
		names(requireProvenance, { none: 'No name must have provenance.', some: 'Refused without verified provenance:' }),
	pins: ({ pins, projectPins }) =>
		names(Object.keys({ ...projectPins, ...pins }).toSorted(), { none: 'No builder is pinned.', some: 'The builder is pinned of' }),
	permissionCeilings: ({ permissionCeilings }) => {
		const stated = LEVELS.flatMap((level) =>
			PERMISSION_KINDS.filter((kind) => permissionCeilings[level][kind] !== 'ask').map(
				(kind) => `${kind} is ${permissionCeilings[level][kind] === 'deny' ? 'never granted' : 'granted without asking'} at ${level}`,
			),
		);
		return stated.length === 0 ? 'Every permission is asked for, at every level.' : `${stated.join('; ')}.`;
	},
	allowedLicences: ({ allowedLicences }) =>
		allowedLicences === null ? 'Any licence is accepted.' : `Accepted licences: ${allowedLicences.join(', ')}.`,
	advisories: ({ advisories }) =>
		advisories === null
			? 'No advisories are read.'
			: advisories.key === null
				? `Advisories come from ${advisories.source}, unsigned, so that they hurry no security fix along.`
				: `Advisories come from ${advisories.source}, signed by ${advisories.key} and no older than ${advisories.maximumAgeDays} days.`,
	openpgp: ({ openpgp }) =>
		names(
			openpgp.map(({ names: signed, keys }) => `${signed.join(', ')} (${keys})`),
			{ none: 'No OpenPGP keys are known.', some: 'Signed with OpenPGP:' },
		),
	acceptances: ({ acceptances: { reason, days } }) =>
		`What is accepted for one version holds ${days} days at most and ${reason === 'required' ? 'needs a reason' : 'may have a reason'}.`,
	sandbox: ({ sandbox: { strict, jitless } }) =>
		`Plugins run ${strict ? 'only with bubblewrap around them' : 'with bubblewrap around them where it is'}${jitless ? ', and V8 makes no machine code for them' : ''}.`,
	people: ({ people }) =>
		names(
			people.map(({ name, level }) => `${name} (${level})`),
			{ none: "Nobody's word counts but yours.", some: 'Endorsements and rejections count of' },
		),
	quorum: ({ quorum: { high, medium, depth, budget } }) =>
		`Endorsed is what ${high} of your people of level high, or ${medium} of level medium or more, lead to, over at most ${depth} steps that cost ${budget} together.`,
	core: ({ core }) => names(Object.keys(core).toSorted(), { none: 'Nothing is core.', some: 'Core, when built as stated:' }),
	certifiers: ({ certifiers }) =>
		names(
			certifiers.map(({ name }) => name),
			{ none: 'Nobody certifies, so no plugin is verified.', some: 'Certifications count of' },
		),
	roots: ({ roots }) =>
		names(
			roots.map(({ id, scopes }) => `${id} (${scopes.join(', ')})`),
			{ none: 'Only the public Sigstore is believed.', some: 'Besides the public Sigstore:' },
		),
};

function names(list: readonly string[], { none, some }: { readonly none: string; readonly some: string }): string {
	return list.length === 0 ? none : `${some} ${list.join(', ')}.`;
}
