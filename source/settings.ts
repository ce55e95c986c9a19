import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import * as v from 'valibot';
import { COLOUR_FORMS, parseColour } from './terminal/cells/colours.ts';
import type { ColourRole } from './terminal/cells/dress.ts';
import { DEFAULT_DISPLAY, THEMES } from './display.ts';
import type { Display } from './display.ts';
import { NO_OWN_KEYS } from './keys/own-keys.ts';
import type { OwnKeys } from './keys/own-keys.ts';
import { EngineError } from './engine/errors.ts';
import { stripToLine } from './engine/strip-controls.ts';
import type { Setting, SettingsDoor } from './setting-entries.ts';

/** What a user sets once. Trust has its own file, the policy, since it is judged and never merely preferred. */
export type Settings = {
	/** Null takes what .npmrc says. */
	readonly registry: string | null;
	/** How long to wait for another plugward that holds the home. */
	readonly waitSeconds: number;
	/** Registries are asked how often a package was downloaded. */
	readonly downloads: boolean;
	/** How the full-screen app looks. */
	readonly display: Display;
	/** Keys of the user's own, by command or `place.command`; the app checks them when it opens. */
	readonly keys: OwnKeys;
	/** Size at which the audit log goes on in a new file, in MB of 1024 KB. */
	readonly auditFileMegabytes: number;
	/** How many full files of it stay; older ones are removed, which is on record. */
	readonly auditFiles: number;
	/** What plugins may not run without, beyond what the policy says. */
	readonly sandbox: { readonly strict: boolean; readonly jitless: boolean };
};

export type SettingsPlace = { readonly home: string | null; readonly environment: Readonly<Record<string, string | undefined>> };

export const DEFAULT_SETTINGS: Settings = {
	registry: null,
	waitSeconds: 10,
	downloads: true,
	auditFileMegabytes: 16,
	auditFiles: 64,
	sandbox: { strict: false, jitless: false },
	display: DEFAULT_DISPLAY,
	keys: NO_OWN_KEYS,
};

const webAddress = v.pipe(v.string(), v.url(), v.regex(/^https?:/, 'expected an http or https address'));
const ROLES = ['accent', 'good', 'warning', 'bad', 'info'] as const satisfies readonly ColourRole[];
const colour = v.pipe(
	v.string(),
	v.check(
		(text) => parseColour(text) !== null,
		(issue) => `expected ${COLOUR_FORMS}, got "${issue.input}"`,
	),
);
const stored = v.strictObject({
	registry: v.optional(v.nullable(webAddress), DEFAULT_SETTINGS.registry),
	waitSeconds: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(86_400)), DEFAULT_SETTINGS.waitSeconds),
	display: v.optional(
		v.strictObject({
			theme: v.optional(v.picklist(THEMES), DEFAULT_DISPLAY.theme),
			colours: v.optional(v.strictObject(v.entriesFromList(ROLES, v.exactOptional(colour))), DEFAULT_DISPLAY.colours),
			ascii: v.optional(v.boolean(), DEFAULT_DISPLAY.ascii),
			lowBandwidth: v.optional(v.boolean(), DEFAULT_DISPLAY.lowBandwidth),
			reducedMotion: v.optional(v.boolean(), DEFAULT_DISPLAY.reducedMotion),
			mouse: v.optional(v.boolean(), DEFAULT_DISPLAY.mouse),
			screenReader: v.optional(v.boolean(), DEFAULT_DISPLAY.screenReader),
		}),
		DEFAULT_DISPLAY,
	),
	downloads: v.optional(v.boolean(), DEFAULT_SETTINGS.downloads),
	keys: v.optional(v.record(v.string(), v.string()), NO_OWN_KEYS),
	auditFileMegabytes: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(1024)), DEFAULT_SETTINGS.auditFileMegabytes),
	sandbox: v.optional(
		v.strictObject({ strict: v.optional(v.boolean(), false), jitless: v.optional(v.boolean(), false) }),
		DEFAULT_SETTINGS.sandbox,
	),
	auditFiles: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100_000)), DEFAULT_SETTINGS.auditFiles),
});

/** Folder of the settings: the home that `--home` names, else the user's configuration folder. */
export function settingsFolder({ home, environment }: SettingsPlace): string {
	const config = environment['XDG_CONFIG_HOME'] ?? '';
	return home ?? join(isAbsolute(config) ? config : join(homedir(), '.config'), 'plugward');
}

/** The settings, or the defaults where nothing was set. Throws `settings-invalid` rather than ignoring what cannot be read. */
export async function readSettings(place: SettingsPlace): Promise<Settings> {
	// Most users have none, and loading conf takes longer than a whole `list`.
	if (!existsSync(join(settingsFolder(place), 'settings.json'))) {
		return DEFAULT_SETTINGS;
	}

	return parseSettings(await loadStore(place));
}

/** Changes some settings and returns all of them. Throws `settings-invalid`, and then writes nothing. */
export async function writeSettings(place: SettingsPlace, changes: Partial<Settings>): Promise<Settings> {
	const store = await openStore(place);
	const settings = parseSettings({ ...store.store, ...changes });
	save(store, { ...settings }, place);
	return settings;
}

async function loadStore(place: SettingsPlace): Promise<unknown> {
	return (await openStore(place)).store;
}

async function openStore(place: SettingsPlace) {
	const { default: Conf } = await import('conf');
	try {
		return new Conf<Record<string, unknown>>({
			projectName: 'plugward',
			projectSuffix: '',
			configName: 'settings',
			cwd: settingsFolder(place),
			configFileMode: 0o600,
		});
	} catch (error) {
		throw new EngineError('settings-invalid', 'The file settings.json cannot be read.', {
			cause: error,
			hint: `Correct or delete it: it lies in ${place.home === null ? 'the configuration folder of plugward' : 'the home'}.`,
		});
	}
}

function save(store: { store: Record<string, unknown> }, next: Readonly<Record<string, unknown>>, place: SettingsPlace): void {
	try {
		store.store = { ...next };
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
		throw new EngineError('home-unwritable', `The file settings.json cannot be written${code}; nothing was changed.`, {
			cause: error,
			hint: `Check the space and the permissions of the folder ${settingsFolder(place)}.`,
		});
	}
}

function parseSettings(value: unknown): Settings {
	const result = v.safeParse(stored, value, { abortEarly: true });
	if (result.success) {
		return result.output;
	}

	const [issue] = result.issues;
	const key = (issue.path ?? []).map((item) => String(item.key)).join('.');
	throw new EngineError('settings-invalid', `The setting "${stripToLine(key)}" in settings.json is wrong: ${stripToLine(issue.message)}.`, {
		hint: 'Correct it, or delete the line to get the default.',
	});
}

type Definition = Pick<Setting, 'key' | 'kind' | 'choices' | 'help'> & { readonly path: readonly string[] };

const YES_NO = ['yes', 'no'] as const;

function definition(key: string, kind: Setting['kind'], help: string, choices: readonly string[] = []): Definition {
	return { key, kind, help, choices: kind === 'yes-no' ? YES_NO : choices, path: key.split('.') };
}

const DEFINITIONS: readonly Definition[] = [
	definition('registry', 'text', 'The registry to use instead of the one that .npmrc names'),
	definition('waitSeconds', 'number', 'How long to wait for another plugward that holds the home, in seconds'),
	definition('downloads', 'yes-no', 'Ask the registry of a package how often it was downloaded'),
	definition('auditFileMegabytes', 'number', 'Size at which the audit log goes on in a new file, in MB'),
	definition('auditFiles', 'number', 'How many full files of the audit log stay'),
	definition('sandbox.strict', 'yes-no', 'No plugin runs without bubblewrap around it'),
	definition('sandbox.jitless', 'yes-no', 'Plugins run without machine code: safer and slower'),
	definition('display.theme', 'choice', 'Colours of the app; auto asks the terminal', THEMES),
	definition('display.colours.accent', 'text', 'Colour of keys, of what is selected and of what an update brings'),
	definition('display.colours.good', 'text', 'Colour of what is proven, granted or done'),
	definition('display.colours.warning', 'text', 'Colour of what wants a second look'),
	definition('display.colours.bad', 'text', 'Colour of what failed or is dangerous'),
	definition('display.colours.info', 'text', 'Colour of what is only told'),
	definition('display.ascii', 'yes-no', 'ASCII only; letters that have none are question marks'),
	definition('display.lowBandwidth', 'yes-no', 'Ten frames a second at most, and nothing that only moves'),
	definition('display.reducedMotion', 'yes-no', 'Nothing that only moves'),
	definition('display.mouse', 'yes-no', 'Clicks and the wheel go to the app; Shift still selects text in most terminals'),
	definition('display.screenReader', 'yes-no', 'The app in lines of text for a screen reader, from the next start'),
];

/** The settings as single things with a name, a value and a default. */
export function openSettings(place: SettingsPlace): SettingsDoor {
	const isThere = (): boolean => existsSync(join(settingsFolder(place), 'settings.json'));
	return {
		async list() {
			const stored = isThere() ? await loadStore(place) : {};
			const settings = parseSettings(stored);
			// The table of keys is large, and most users set none.
			const keys = Object.keys(settings.keys).length === 0 ? [] : (await import('./key-settings.ts')).setKeys(settings.keys);
			return [...DEFINITIONS.map((one) => toSetting(one, settings, stored)), ...keys];
		},
		keys: async () => (await import('./key-settings.ts')).allKeys((await readSettings(place)).keys),
		change: (key, text) => (key.startsWith(KEYS) ? changeKey(place, key.slice(KEYS.length), text) : changeOne(place, key, text)),
	};
}

const KEYS = 'keys.';

async function changeOne(place: SettingsPlace, key: string, text: string | null): Promise<Setting> {
	const found = DEFINITIONS.find((one) => one.key === key);
	if (found === undefined) {
		throw new EngineError('usage', `There is no setting "${stripToLine(key)}".`, {
			hint: `There are: ${DEFINITIONS.map((one) => one.key).join(', ')}, and keys.COMMAND`,
		});
	}

	const store = await openStore(place);
	// Judged as a whole before a byte is written.
	const next = withValue(store.store, found.path, text === null ? undefined : valueOf(found, text));
	const settings = parseSettings(next);
	save(store, next, place);
	return toSetting(found, settings, next);
}

async function changeKey(place: SettingsPlace, name: string, text: string | null): Promise<Setting> {
	const { keySetting, requireOwnKeys } = await import('./key-settings.ts');
	const store = await openStore(place);
	const next = withValue(store.store, ['keys', name], text ?? undefined);
	const own = requireOwnKeys(parseSettings(next).keys);
	save(store, next, place);
	return keySetting(name, own);
}

function toSetting({ key, kind, choices, help, path }: Definition, settings: Settings, stored: unknown): Setting {
	const isSet = at(stored, path) !== undefined;
	return { key, kind, choices, help, isSet, value: textOf(at(settings, path)), default: textOf(at(DEFAULT_SETTINGS, path)) };
}

function textOf(value: unknown): string {
	if (value === null || value === undefined) {
		return '';
	}

	return typeof value === 'boolean' ? (value ? 'yes' : 'no') : typeof value === 'string' ? value : JSON.stringify(value);
}

function valueOf({ key, kind, choices }: Definition, text: string): unknown {
	switch (kind) {
		case 'text':
			return text === '' ? null : text;
		case 'number': {
			const number = Number(text);
			if (text.trim() === '' || !Number.isFinite(number)) {
				throw new EngineError('settings-invalid', `${key} is a number, not "${stripToLine(text)}".`);
			}

			return number;
		}
		case 'yes-no':
		case 'choice':
			if (!choices.includes(text)) {
				throw new EngineError('settings-invalid', `${key} is one of ${choices.join(', ')}, not "${stripToLine(text)}".`);
			}

			return kind === 'choice' ? text : text === 'yes';
	}
}

function at(value: unknown, path: readonly string[]): unknown {
	return path.reduce<unknown>((found, key) => (isRecord(found) ? found[key] : undefined), value);
}

/** A copy with one value set, or without it. */
function withValue(value: unknown, [key = '', ...rest]: readonly string[], next: unknown): Readonly<Record<string, unknown>> {
	const { [key]: old, ...others } = isRecord(value) ? value : {};
	const inner = rest.length === 0 ? next : withValue(old, rest, next);
	return inner === undefined ? others : { ...others, [key]: inner };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
