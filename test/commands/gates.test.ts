import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Proposal } from '../../source/commands/command.ts';
import { decide, flagFor, readConsentFlags, sentenceFor } from '../../source/commands/consent.ts';
import type { View } from '../../source/commands/layout.ts';
import { requireConsent } from '../../source/commands/require-consent.ts';
import { EngineError } from '../../source/engine/index.ts';
import { install } from '../attacks/registry-attempts.ts';
import { attestedPlugin } from '../attacks/publisher-attempts.ts';
import { onStage, PLUG, type Stage } from '../attacks/stage.ts';
import { planOf as madePlan } from './engine-stand-in.ts';
import { servePlugin } from '../end-to-end/plugin-packages.ts';
import { type LocalSigstore, startLocalSigstore } from '../helpers/local-sigstore.ts';

const REPOSITORY = { repository: { type: 'git', url: 'git+https://github.com/acme/plug.git' } };
const HOUR = 3_600_000;
const VIEW: View = { columns: 80, hasColour: false, now: 0 };
let sigstore: LocalSigstore;

beforeAll(async () => {
	sigstore = await startLocalSigstore();
});

afterAll(async () => {
	await sigstore[Symbol.asyncDispose]();
});

type Row = {
	readonly what: string;
	readonly arrange: (stage: Stage) => Promise<unknown>;
	/** What is installed then; an update of everything when left out. */
	readonly spec?: string;
	/** What the policy makes of the package. */
	readonly decision: 'allow' | 'warn' | 'ask' | 'deny';
	/** What a script must type besides `--yes`, in this order. */
	readonly flags: readonly string[];
	/** What `--yes` alone leaves denied, with the flag that would grant it. */
	readonly denied?: readonly string[];
};

const servesPlain = ({ registry }: Stage) => Promise.resolve(registry.serve(PLUG, '1.2.3', REPOSITORY));
const servesPlugin = ({ registry }: Stage) =>
	Promise.resolve(
		servePlugin(registry, [PLUG, '1.2.3'], { execute: 'return 1', permissions: [{ type: 'env', name: 'NAME', reason: 'to greet you' }] }),
	);
const provenInstalled = async (stage: Stage) => {
	await stage.attested('1.2.3');
	await install(stage, PLUG);
};
const pluginInstalled = async (stage: Stage) => {
	await attestedPlugin(stage, '1.2.3');
	await install(stage, PLUG);
};

const ROWS: readonly Row[] = [
	{ what: 'unknown, first, asks for nothing', arrange: servesPlain, spec: PLUG, decision: 'warn', flags: [] },
	{
		what: 'unknown, first, asks for a right',
		arrange: servesPlugin,
		spec: PLUG,
		decision: 'warn',
		flags: [],
		denied: [`--allow ${PLUG}=env:NAME`],
	},
	{ what: 'known, first, asks for nothing', arrange: ({ attested }) => attested('1.2.3'), spec: PLUG, decision: 'allow', flags: [] },
	{
		what: 'known, first, asks for a right',
		arrange: (stage) => attestedPlugin(stage, '1.2.3'),
		spec: PLUG,
		decision: 'allow',
		flags: [],
		denied: [`--allow ${PLUG}=env:NAME`],
	},
	{
		what: 'trusted by a pin, first',
		arrange: async (stage) => {
			await stage.attested('1.2.3');
			await stage.setPolicy({ pins: { [PLUG]: { repository: 'https://github.com/acme/plug' } } });
		},
		spec: PLUG,
		decision: 'allow',
		flags: [],
	},
	{
		what: 'unknown, update of something unknown',
		arrange: async (stage) => {
			await servesPlain(stage);
			await install(stage, PLUG);
			stage.registry.serve(PLUG, '1.2.4', REPOSITORY);
		},
		decision: 'warn',
		flags: [],
	},
	{
		what: 'known, update of something unknown',
		arrange: async (stage) => {
			await servesPlain(stage);
			await install(stage, PLUG);
			await stage.attested('1.2.4');
		},
		decision: 'allow',
		flags: [],
	},
	{
		what: 'known, update by the same builder',
		arrange: async (stage) => {
			await provenInstalled(stage);
			await stage.attested('1.2.4');
		},
		decision: 'allow',
		flags: [],
	},
	{
		what: 'known, update by the same builder, with the right it holds',
		arrange: async (stage) => {
			await pluginInstalled(stage);
			await attestedPlugin(stage, '1.2.4');
		},
		decision: 'allow',
		flags: [],
	},
	{
		what: 'known, update by another builder',
		arrange: async (stage) => {
			await provenInstalled(stage);
			await stage.attested('1.2.4', { repository: 'evil/plug' });
		},
		decision: 'ask',
		flags: [`--accept-identity ${PLUG}`],
	},
	{
		what: 'known, update by another builder, with the right the old one held',
		arrange: async (stage) => {
			await pluginInstalled(stage);
			await attestedPlugin(stage, '1.2.4', { repository: 'evil/plug' });
		},
		decision: 'ask',
		flags: [`--accept-identity ${PLUG}`],
		denied: [`--allow ${PLUG}=env:NAME`],
	},
	{
		what: 'unknown, update of something known',
		arrange: async (stage) => {
			await provenInstalled(stage);
			stage.registry.serve(PLUG, '1.2.4', REPOSITORY);
		},
		decision: 'ask',
		flags: [`--accept-identity ${PLUG}`],
	},
	{
		what: 'unknown, below the minimum',
		arrange: async (stage) => {
			await servesPlain(stage);
			await stage.setPolicy({ minimumLevel: 'known' });
		},
		spec: PLUG,
		decision: 'ask',
		flags: ['--accept-trust unknown'],
	},
	{
		what: 'known, below the minimum',
		arrange: async (stage) => {
			await stage.attested('1.2.3');
			await stage.setPolicy({ minimumLevel: 'verified' });
		},
		spec: PLUG,
		decision: 'ask',
		flags: ['--accept-trust known'],
	},
	{
		what: 'unknown, less proven than before and below the minimum',
		arrange: async (stage) => {
			await provenInstalled(stage);
			stage.registry.serve(PLUG, '1.2.4', REPOSITORY);
			await stage.setPolicy({ minimumLevel: 'known' });
		},
		decision: 'ask',
		flags: [`--accept-identity ${PLUG}`, '--accept-trust unknown'],
	},
	{
		what: 'known, five hours old and named exactly',
		arrange: async (stage) => {
			await stage.attested('1.2.3');
			stage.registry.setTime(PLUG, '1.2.3', new Date(Date.now() - 5 * HOUR).toISOString());
		},
		spec: `${PLUG}@1.2.3`,
		decision: 'ask',
		flags: [`--accept-young ${PLUG}`],
	},
	{
		what: 'unknown, where the policy requires provenance',
		arrange: async (stage) => {
			await servesPlain(stage);
			await stage.setPolicy({ requireProvenance: ['@acme/*'] });
		},
		spec: PLUG,
		decision: 'deny',
		flags: [],
	},
	{
		what: 'known, where the policy pins another builder',
		arrange: async (stage) => {
			await stage.attested('1.2.3');
			await stage.setPolicy({ pins: { [PLUG]: { repository: 'https://github.com/acme/other' } } });
		},
		spec: PLUG,
		decision: 'deny',
		flags: [],
	},
];

const EVERYTHING = { yes: true, acceptTrust: 'unknown', acceptIdentity: [PLUG], acceptYoung: [PLUG] };

describe('the gates under the default policy', () => {
	test.each(ROWS)('$what: $decision $flags', async ({ arrange, spec, decision, flags, denied = [] }) => {
		await onStage(sigstore, async (stage) => {
			await arrange(stage);
			if (decision === 'deny') {
				await expect(planOf(stage, spec, EVERYTHING)).rejects.toMatchObject({ code: 'policy-refused' });
				return '';
			}

			const bare = await planOf(stage, spec, { yes: true });
			expect(bare.plan.packages.find(({ isNew, name }) => isNew && name === PLUG)?.verdict.decision).toBe(decision);
			expect(bare.undecided.map(flagFor)).toEqual(flags);
			const left = bare.plan.requirements.filter(({ id }) =>
				bare.decisions.some(({ requirementId, answer }) => requirementId === id && answer === 'deny'),
			);
			expect(left.map(flagFor)).toEqual(denied);
			expect(await consents(bare)).toEqual(flags.length === 0 ? 'applies' : `Accept by name: ${flags.join(' ')}`);

			const named = await planOf(stage, spec, { yes: true, ...typed(flags) });
			expect(named.undecided).toEqual([]);
			expect(await consents(named)).toBe('applies');
			return '';
		});
	});

	test('--accept-trust names the least level that is accepted: one below it is not', () => {
		const open = (level: 'unknown' | 'known', flag: string) => {
			const requirement = { type: 'lower-level', id: level, package: 'x', version: '1.0.0', level, minimum: 'verified' } as const;
			const flags = readConsentFlags({ positionals: [], flags: { acceptTrust: flag } });
			return decide(madePlan({ requirements: [requirement] }), flags).undecided.length;
		};
		expect([open('unknown', 'unknown'), open('known', 'unknown'), open('known', 'known'), open('unknown', 'known')]).toEqual([0, 0, 0, 1]);
	});

	test('the sentence says what became of what, for another builder and for less proof alike', () => {
		const requirement = { type: 'changed-identity', id: 'x', package: PLUG, version: '1.2.4' } as const;
		expect(sentenceFor({ ...requirement, from: 'runner github-hosted', to: 'runner self-hosted' })).toBe(
			'@acme/plug 1.2.4 is not proven as before: runner github-hosted became runner self-hosted.',
		);
		expect(sentenceFor({ ...requirement, from: 'verified provenance', to: 'no verified signature or provenance' })).toBe(
			'@acme/plug 1.2.4 is not proven as before: verified provenance became no verified signature or provenance.',
		);
	});
});

type Typed = Readonly<Record<string, unknown>>;

/** What a script would see after typing these flags. */
async function planOf({ victim }: Stage, spec: string | undefined, flags: Typed): Promise<Proposal> {
	const engine = await victim.reopen();
	const plan = await (spec === undefined
		? engine.planUpdate([], { ...victim.call, toLatest: false })
		: engine.planInstall([spec], { ...victim.call, acceptYoung: [PLUG] }));
	return decide(plan, readConsentFlags({ positionals: [], flags }));
}

/** As the command line reads them. */
function typed(flags: readonly string[]): Typed {
	const words = flags.map((flag) => flag.split(' '));
	return Object.fromEntries(
		words.map(([flag = '', value = '']) => {
			const key = flag.slice(2).replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
			return [key, key === 'acceptTrust' ? value : [value]];
		}),
	);
}

async function consents(proposal: Proposal): Promise<string> {
	const nobody = { stdin: new PassThrough(), stderr: new PassThrough(), signal: new AbortController().signal };
	try {
		await requireConsent(proposal, { ...nobody, view: VIEW, isPlanAccepted: true, canAsk: false, say: () => {} });
		return 'applies';
	} catch (error) {
		return error instanceof EngineError && error.code === 'consent-required' ? (error.hint ?? '') : String(error);
	}
}
