import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import { FIRST_GENERATION, type ToolRecord } from '../../home/index.ts';
import type { Lock } from '../../lock.ts';
import { stripToLine } from '../../strip-controls.ts';
import type { ToolPlan, ToolRequest } from '../../tool-calls.ts';
import { stillHolds } from '../apply/effective-grants.ts';
import { fetchArtefacts } from '../artefacts/fetch-artefacts.ts';
import type { EngineContext } from '../engine-context.ts';
import { binEntries } from '../generations/node-modules/bin-entries.ts';
import { lockOfResolution } from '../locks/lock-of-resolution.ts';
import { uniquePackages } from '../locks/lock-queries.ts';
import { planOfLock } from '../plans/plan-of-lock.ts';
import { parseSpec, type RequestedRoot } from '../versions/parse-spec.ts';
import { readRules } from '../versions/resolve-rules.ts';
import { resolveTree } from '../versions/resolve-tree.ts';
import { fitsPlatform } from '../doctor/platform.ts';
import { missingPowers } from '../running/host-powers.ts';
import { bundleOf } from '../running/plugin-bundle.ts';
import { rootOfTool, toolLevel } from './tool-root.ts';
import { wishesOf } from './tool-wishes.ts';

/** Resolves, fetches, verifies and scans one package and what it needs, beside everything that is installed. */
export async function planTool(context: EngineContext, request: ToolRequest, options: CallOptions): Promise<ToolPlan> {
	const asked = parseSpec(request.spec);
	const known = await context.home.tools(asked.name);
	const exact = known.find(({ version }) => version === asked.spec) ?? null;
	const { lock, fetched } =
		exact !== null && (await isStored(context, exact.lock))
			? { lock: exact.lock, fetched: NOTHING }
			: await lockOfTool(context, { asked, known, request }, options);
	const plan = await planOfLock(
		context,
		{ kind: 'install', command: `x ${stripToLine(request.spec)}`, base: FIRST_GENERATION, lock, fetched },
		options,
	);
	const { name, version, integrity } = rootOfTool(lock);
	const files = new Set((await context.home.store.receipt(integrity))?.files.map(({ path }) => path));
	const { bin, program } = chooseBin(await context.home.store.readPackageJson(integrity), { name, wanted: request.bin, files });
	const record =
		known.find((one) => one.version === version && JSON.stringify(one.lock.packages) === JSON.stringify(lock.packages)) ?? null;
	const bundle = await bundleOf(context, { lock, instance: rootOfTool(lock).instance, manifest: null, program }, options);
	return {
		plan,
		name,
		version,
		bin,
		program,
		powers: bundle.powers,
		isRefused: missingPowers({ manifest: null, powers: bundle.powers }).length > 0,
		level: await toolLevel(context, lock),
		wishes: await wishesOf(context, lock, options),
		grants: await grantsInForce(context, record),
		isKnown: record !== null,
	};
}

/** What was granted to exactly these bytes, and not revoked or over since. */
export async function grantsInForce(context: EngineContext, record: ToolRecord | null): Promise<ToolRecord['grants']> {
	const revocations = await context.home.revocations();
	return (record?.grants ?? []).filter((grant) => stillHolds(grant, { now: context.clock(), revocations }));
}

type Located = { readonly lock: Lock; readonly fetched: { readonly bytes: number; readonly count: number } };

const NOTHING = { bytes: 0, count: 0 };

type Asked = { readonly asked: RequestedRoot; readonly known: readonly ToolRecord[]; readonly request: ToolRequest };

/** A version that ran before keeps the dependencies it ran with: that is what was agreed to. */
async function lockOfTool(context: EngineContext, { asked, known, request }: Asked, options: CallOptions): Promise<Located> {
	const { settings, lock: nothing } = FIRST_GENERATION;
	const choices = request.acceptYoung === undefined ? {} : { acceptYoung: request.acceptYoung };
	const rules = await readRules(context, { choices, settings, asked: [asked], lock: null }, options);
	const resolution = await resolveTree(context, { roots: [asked], lock: nothing, unlocked: 'all', asksAnew: [asked.name], rules }, options);
	const version = resolution.packages.find(({ id }) => id === resolution.roots[asked.name]?.instance)?.version;
	const before = known.find((record) => record.version === version);
	if (before !== undefined && (await isStored(context, before.lock))) {
		return { lock: before.lock, fetched: NOTHING };
	}

	const { integrities, fetchedBytes, fetched } = await fetchArtefacts(context, resolution, options);
	const lock = lockOfResolution(resolution, { integrities, specs: new Map([[asked.name, asked.spec]]) });
	return { lock, fetched: { bytes: fetchedBytes, count: fetched.length } };
}

async function isStored(context: EngineContext, lock: Lock): Promise<boolean> {
	const needed = uniquePackages(lock).filter((locked) => !locked.optional || fitsPlatform(locked, context.platform));
	const receipts = await Promise.all(needed.map(({ integrity }) => context.home.store.receipt(integrity)));
	return receipts.every((receipt) => receipt !== null);
}

type Chosen = { readonly bin: string; readonly program: string };

type BinQuestion = { readonly name: string; readonly wanted: string | null; readonly files: ReadonlySet<string> };

function chooseBin(packageJson: unknown, { name, wanted, files }: BinQuestion): Chosen {
	const bins = binEntries(packageJson, { name, files });
	const own = name.split('/').at(-1) ?? name;
	const found =
		wanted === null
			? bins.length === 1
				? bins[0]
				: bins.find((entry) => entry.command === own)
			: bins.find((entry) => entry.command === wanted);
	if (found !== undefined) {
		return { bin: found.command, program: found.path };
	}

	const names = bins.map((entry) => entry.command).join(', ');
	const text =
		bins.length === 0
			? `${name} has no program to run: its package.json names no bin.`
			: wanted === null
				? `${name} has ${bins.length} programs, and none is called ${own}.`
				: `${name} has no program "${stripToLine(wanted)}".`;
	throw new EngineError('task-not-found', text, {
		hint:
			bins.length === 0 ? `Its functions can be called once it is installed: plugward install ${name}` : `Name one with --bin: ${names}`,
	});
}
