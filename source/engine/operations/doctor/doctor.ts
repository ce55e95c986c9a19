import type { DoctorCheck, DoctorReport } from '../../upkeep.ts';
import { EngineError, throwIfAborted } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import { resolveHomePath } from '../../home/index.ts';
import { type SandboxRules, sandboxSupport } from '../../sandbox/index.ts';
import { checkHome, checkSpaceAt, fixHome, type HomeFixes } from './doctor-home.ts';
import { checkRegistry } from './doctor-registry.ts';
import type { EngineContext } from '../engine-context.ts';
import { sandboxRules } from '../running/sandbox-rules.ts';
import { rootWarning } from '../../trust/index.ts';

const NOTHING_FIXED: HomeFixes = { fixed: [], findings: [] };
const NODE_MAJOR = 26;

/** Looks at everything plugward depends on. Findings are data; with `fix`, what can be put right safely is put right first. */
export async function doctor(context: EngineContext, { fix, signal }: CallOptions & { readonly fix: boolean }): Promise<DoctorReport> {
	const { fixed, findings } = fix ? await fixHome(context, signal) : NOTHING_FIXED;
	const looking = async () => checksAround(context, [...findings, ...(await checkHome(context, signal))], signal);
	return { checks: await unlessCancelled(looking(), signal), fixed };
}

/**
 * The same when no engine can be made, which is when a doctor is needed most: what stopped it is the first finding, and everything that
 * does not need the home is looked at all the same. Nothing is put right: what cannot be opened cannot be judged.
 */
export async function examine(around: Surroundings, failure: EngineError, { signal }: CallOptions): Promise<DoctorReport> {
	const home: DoctorCheck = { id: 'home', state: 'fail', text: failure.message, fix: failure.hint ?? null };
	return { checks: await checksAround(around, [home, await checkSpaceAt(resolveHomePath(around.options))], signal), fixed: [] };
}

// Looking changes nothing that lasts, so nobody has to wait until the last program and the last file have answered.
async function unlessCancelled<T>(looking: Promise<T>, signal: AbortSignal): Promise<T> {
	const { promise, reject } = Promise.withResolvers<never>();
	const onAbort = () => {
		reject(new EngineError('cancelled', 'The operation was cancelled.', { cause: signal.reason }));
	};
	signal.addEventListener('abort', onAbort, { once: true });
	try {
		throwIfAborted(signal);
		return await Promise.race([looking, promise]);
	} finally {
		signal.removeEventListener('abort', onAbort);
	}
}

export type Surroundings = Pick<EngineContext, 'options' | 'registry' | 'clock' | 'trustRoots'> & {
	/** Left out where it cannot be read. */
	readonly policy?: EngineContext['policy'];
};

async function checksAround(around: Surroundings, home: readonly DoctorCheck[], signal: AbortSignal): Promise<readonly DoctorCheck[]> {
	const [sandbox, ...others] = await Promise.all([
		checkSandbox(sandboxRules(around)),
		checkRegistry(around, { signal }),
		checkTrustRoots(around),
	]);
	return [checkNode(), ...sandbox, ...home, ...others.flat(), checkTerminal(around)];
}

function checkNode(): DoctorCheck {
	const { node, modules } = process.versions;
	const isNewEnough = Number(node.split('.', 1)[0]) >= NODE_MAJOR;
	return {
		id: 'node',
		state: isNewEnough ? 'ok' : 'fail',
		text: `Node ${node}, ABI ${modules}${isNewEnough ? '' : `; expected ${NODE_MAJOR} or newer`}.`,
		fix: isNewEnough ? null : `Install Node ${NODE_MAJOR} or newer.`,
	};
}

/** Each wall by itself, also those that stand: what holds a plugin is nothing to take on trust. */
async function checkSandbox(rules: SandboxRules): Promise<readonly DoctorCheck[]> {
	const { canRun, text, walls } = await sandboxSupport(rules);
	return [
		{
			id: 'sandbox',
			state: canRun ? 'ok' : 'fail',
			text,
			fix: canRun ? null : (walls.find(({ state }) => state === 'missing')?.fix ?? WHERE_PLUGINS_RUN),
		},
		...walls.map((wall): DoctorCheck => ({
			id: `sandbox-${wall.name}`,
			state: wall.state === 'missing' ? 'fail' : 'ok',
			text: `${wall.state === 'on' ? 'on' : 'off'}: ${wall.text}.`,
			fix: wall.fix,
		})),
	];
}

const WHERE_PLUGINS_RUN = 'Plugins can be installed and verified here, and run on linux-x64 or linux-arm64.';

async function checkTrustRoots({ trustRoots, clock }: Surroundings): Promise<readonly DoctorCheck[]> {
	const { roots } = await trustRoots();
	return roots.map((root): DoctorCheck => {
		const { id, expiresAt, refreshedAt } = root;
		const warning = rootWarning(root, clock().getTime());
		if (warning !== null) {
			return { id: `trust-root-${id}`, state: warning.isOver ? 'fail' : 'warn', text: warning.text, fix: warning.fix };
		}

		const end = expiresAt === null ? 'names no end' : `holds until ${expiresAt.slice(0, 10)}`;
		const fetched = refreshedAt === null ? '' : `, fetched ${refreshedAt.slice(0, 10)}`;
		return { id: `trust-root-${id}`, state: 'ok', text: `The trust root "${id}" ${end}${fetched}.`, fix: null };
	});
}

function checkTerminal({ options: { environment } }: Surroundings): DoctorCheck {
	const term = environment['TERM'] ?? '';
	const isPlain = term === '' || term === 'dumb';
	const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
	const isUnicode = /utf-?8/i.test(locale);
	return {
		id: 'terminal',
		state: isPlain || !isUnicode ? 'warn' : 'ok',
		text: `TERM is ${term === '' ? 'not set' : term}; the locale is ${locale === '' ? 'not set' : locale}.`,
		fix: isPlain
			? 'The full-screen app needs a terminal; scripted commands work everywhere.'
			: isUnicode
				? null
				: 'Set LANG to a UTF-8 locale, so that names show as they are.',
	};
}
