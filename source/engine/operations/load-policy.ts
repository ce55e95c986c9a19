import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, isAbsolute, join } from 'node:path';
import type { EngineOptions } from '../engine.ts';
import { EngineError } from '../errors.ts';
import { type LayeredPolicy, layerTrustPolicies, openSignedPolicy, organisationOf, type PolicySource } from '../trust/index.ts';

const FILE = 'trust-policy.json';
/** In the folder one works in; its own name, so that no other tool's file is taken for it. */
const PROJECT_FILE = 'plugward-policy.json';
const SYSTEM_FOLDER = '/etc/plugward';
const WRITABLE_BY_OTHERS = 0o022;

/** One of the up to three files that make the policy. */
export type PolicyFile = {
	readonly source: PolicySource;
	readonly path: string;
	readonly isPresent: boolean;
	/** Who signed it; null for a file that needs no signature. */
	readonly signedBy: string | null;
};

export type LoadedPolicy = LayeredPolicy & {
	/** From the widest to the narrowest. */
	readonly files: readonly PolicyFile[];
};

type Place = Pick<EngineOptions, 'home' | 'cwd' | 'environment'>;
type ReadLayer = PolicyFile & { readonly json: unknown };

/** Where the user's policy lies: inside a home named by `--home`, else beside the settings. */
export function policyPath(place: Pick<EngineOptions, 'home' | 'environment'>): string {
	return join(trustFolder(place), FILE);
}

/** Folder of what the user trusts: policy, signing key, statements of people. */
export function trustFolder({ home, environment }: Pick<EngineOptions, 'home' | 'environment'>): string {
	return home ?? settingsFolder(environment);
}

/** Folder of the user's settings. An empty or relative `XDG_CONFIG_HOME` counts as unset, else the folder one stands in could bring a policy along. */
export function settingsFolder(environment: EngineOptions['environment']): string {
	const config = environment['XDG_CONFIG_HOME'] ?? '';
	return join(isAbsolute(config) ? config : join(homedir(), '.config'), 'plugward');
}

/**
 * The policy of organisation, user and project in one; the defaults where there is no file. Throws `settings-invalid`: a policy that
 * cannot be read or believed must not be ignored.
 */
export async function loadPolicy(place: Place): Promise<LoadedPolicy> {
	const user = await readLayer('user', policyPath(place));
	const [organisation, project] = await Promise.all([
		readOrganisation(place, user.json),
		readLayer('project', join(place.cwd, PROJECT_FILE)),
	]);
	const layers = [organisation, user, project];
	for (const { source, json } of layers) {
		if (source !== 'user' && json !== null && organisationOf(json) !== null) {
			throw invalid(`The ${source} policy names an organisation, which only the user's policy may.`, 'Remove that key.');
		}
	}

	const layered = layerTrustPolicies({ organisation: organisation.json, user: user.json, project: project.json });
	return { ...layered, files: layers.map(({ json: _json, ...file }) => file) };
}

/** Signed, where the user's policy says so; else the file that the machine's administrator may have put down. */
async function readOrganisation({ environment }: Place, userJson: unknown): Promise<ReadLayer> {
	const signed = userJson === null ? null : organisationOf(userJson);
	if (signed !== null) {
		const bundle = await readLayer('organisation', signed.file);
		if (!bundle.isPresent) {
			throw invalid(
				`Your policy follows the organisation's in ${signed.file}, which is not there.`,
				'Fetch it again, or take "organisation" out of your policy.',
			);
		}

		return { ...bundle, json: openSignedPolicy(bundle.json, signed.key), signedBy: signed.key };
	}

	const folder = environment['PLUGWARD_SYSTEM_CONFIG'] ?? '';
	const layer = await readLayer('organisation', join(isAbsolute(folder) ? folder : SYSTEM_FOLDER, FILE));
	if (layer.isPresent) {
		await requireUnwritable(layer.path);
	}

	return layer;
}

async function readLayer(source: PolicySource, path: string): Promise<ReadLayer> {
	let text: string;
	try {
		text = readFileSync(path, 'utf8');
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
			return { source, path, isPresent: false, signedBy: null, json: null };
		}

		throw invalid(`The ${wordsOf(source, path)} cannot be read.`, 'Check its permissions.', error);
	}

	try {
		return { source, path, isPresent: true, signedBy: null, json: JSON.parse(text) as unknown };
	} catch (error) {
		throw invalid(`The ${wordsOf(source, path)} is not JSON.`, 'Correct the file.', error);
	}
}

// The place is told by `policy check` and the documentation; a message is often pasted where it should not tell who the user is.
function wordsOf(source: PolicySource, path: string): string {
	return `trust policy of the ${source} (${basename(path)})`;
}

async function requireUnwritable(path: string): Promise<void> {
	const { mode, uid } = await stat(path);
	const isOwn = process.getuid === undefined || uid === 0 || uid === process.getuid();
	if (process.platform !== 'win32' && (!isOwn || (mode & WRITABLE_BY_OTHERS) !== 0)) {
		throw invalid(
			`The ${wordsOf('organisation', path)} may be written by others, so it says nothing.`,
			`Let its administrator own it: chown root ${path} && chmod 644 ${path}`,
		);
	}
}

function invalid(message: string, hint: string, cause?: unknown): EngineError {
	return new EngineError('settings-invalid', message, { hint, ...(cause === undefined ? {} : { cause }) });
}
