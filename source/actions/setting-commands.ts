import { DEFAULT_DISPLAY, THEMES } from '../display.ts';
import type { Display } from '../display.ts';
import { failureOf } from '../failure.ts';
import { selectedItem } from '../lists.ts';
import { topPage, visibleSettings } from '../select.ts';
import type { SettingItem } from '../select.ts';
import type { Setting } from '../setting-entries.ts';
import { formValues, registryForm, settingForm, signInForm } from '../setting-forms.ts';
import type { RunForm, State } from '../state.ts';
import { COLOUR_ROLES } from '../terminal/index.ts';
import type { OwnColours } from '../terminal/index.ts';
import type { CommandParts } from './context.ts';

type Perform = (parts: CommandParts, state: State) => void;

const onItem =
	(perform: (parts: CommandParts, item: SettingItem) => void): Perform =>
	(parts, state) => {
		const item = visibleSettings(state).find(({ key }) => key === selectedItem(state));
		if (item !== undefined) {
			perform(parts, item);
		}
	};

export const editSetting = onItem(({ store }, item) =>
	store.dispatch({
		type: 'page-pushed',
		page: { type: 'form', form: item.type === 'setting' ? settingForm(item.setting) : registryForm() },
	}),
);

export const nextValue = onItem((parts, item) => {
	if (item.type === 'setting') {
		const { choices, value, key } = item.setting;
		void changeNow(parts, key, choices[(choices.indexOf(value) + 1) % choices.length] ?? null);
	}
});

export const defaultValue = onItem((parts, item) => {
	if (item.type === 'setting') {
		void changeNow(parts, item.setting.key, null);
	}
});

export function addRegistry({ store }: CommandParts): void {
	store.dispatch({ type: 'page-pushed', page: { type: 'form', form: registryForm() } });
}

export const removeRegistry = onItem(({ store }, item) => {
	if (item.type === 'registry') {
		const { scope, url } = item.registry;
		const sentences = [
			`The line that names ${url} for ${scope ?? 'everything else'} is taken out of your own .npmrc.`,
			'A token for it stays.',
		];
		store.dispatch({
			type: 'page-pushed',
			page: { type: 'ask', request: { type: 'registry', act: { type: 'remove', scope } }, sentences },
		});
	}
});

export const signIn = onItem(({ store }, item) => {
	if (item.type === 'registry') {
		store.dispatch({ type: 'page-pushed', page: { type: 'form', form: signInForm(item.registry.scope, item.registry.url) } });
	}
});

export const signOut = onItem(({ store }, item) => {
	if (item.type === 'registry') {
		const { scope, url } = item.registry;
		const sentences = [
			`What signs you in to ${url} is taken out of your own .npmrc.`,
			'The token still holds at the registry until it is revoked there.',
		];
		store.dispatch({
			type: 'page-pushed',
			page: { type: 'ask', request: { type: 'registry', act: { type: 'sign-out', scope } }, sentences },
		});
	}
});

/** On or off, and remembered. */
export function toggleMouse(parts: CommandParts): void {
	void parts.context.settings.list().then((settings) => {
		const isOn = displayOf(settings).mouse;
		return changeNow(parts, 'display.mouse', isOn ? null : 'yes');
	});
}

export function fix({ store }: CommandParts): void {
	const sentences = [
		'What can be put right without losing anything is put right: unfinished writes, damaged records that can be made again, rights of files.',
		'What remains is told afterwards.',
	];
	store.dispatch({ type: 'page-pushed', page: { type: 'ask', request: { type: 'doctor' }, sentences } });
}

/** A filled form of the settings or the registries; what is refused stays in its field with the reason. */
export function submitSetting(parts: CommandParts, form: RunForm): void {
	void perform(parts, form);
}

async function perform(parts: CommandParts, form: RunForm): Promise<void> {
	const { store, loading, host, context } = parts;
	try {
		const told = await changeBy(parts, form);
		if (topPage(store.getState())?.type === 'form') {
			store.dispatch({ type: 'page-closed' });
		}

		store.dispatch({ type: 'noticed', notice: { tone: 'info', text: told } });
		await (form.about === 'setting' ? loading.loadSettings() : loading.loadRegistries());
		await wear({ store, host, context });
	} catch (thrown) {
		const page = topPage(store.getState());
		if (page?.type === 'form' && page.form.about === form.about) {
			store.dispatch({ type: 'form-changed', form: { ...page.form, problem: failureOf(thrown).message } });
		}
	}
}

async function changeBy({ context }: CommandParts, form: RunForm): Promise<string> {
	const { engine, signal } = context;
	const call = { signal, onEvent: () => undefined };
	const { value = '', scope = '', url = '', token = '' } = formValues(form);
	if (form.about === 'setting') {
		return changedText(await context.settings.change(form.target, value));
	}

	if (form.about === 'registry') {
		await engine.registries.set({ scope: scope === '' ? null : scope, url }, call);
		return `${scope === '' ? 'Everything without a registry of its own' : scope} is asked of ${url} from now on.`;
	}

	return `Signed in to ${await engine.registries.signIn({ registry: form.target === '' ? null : form.target, token }, call)}.`;
}

async function changeNow({ store, loading, host, context }: CommandParts, key: string, value: string | null): Promise<void> {
	try {
		const changed = await context.settings.change(key, value);
		store.dispatch({ type: 'noticed', notice: { tone: 'info', text: changedText(changed) } });
		await loading.loadSettings();
		await wear({ store, host, context });
	} catch (thrown) {
		store.dispatch({ type: 'noticed', notice: { tone: 'bad', text: failureOf(thrown).message } });
	}
}

function changedText({ key, value, isSet }: Setting): string {
	return `${key} is ${value === '' ? 'nothing' : value}${isSet ? '' : ', the default'}.`;
}

/** What was changed counts at once. */
async function wear({ store, host, context }: Pick<CommandParts, 'store' | 'host' | 'context'>): Promise<void> {
	const settings = await context.settings.list();
	host.dress(displayOf(settings));
	store.dispatch({
		type: 'keys-changed',
		ownKeys: Object.fromEntries(
			settings.flatMap(({ key, value }) => (key.startsWith('keys.') ? [[key.slice('keys.'.length), value]] : [])),
		),
	});
}

/** How the app looks by these settings. */
function displayOf(settings: readonly Setting[]): Display {
	const valueOf = (key: string): string => settings.find((one) => one.key === `display.${key}`)?.value ?? '';
	return {
		theme: THEMES.find((theme) => theme === valueOf('theme')) ?? DEFAULT_DISPLAY.theme,
		colours: ownColours((role) => valueOf(`colours.${role}`)),
		ascii: valueOf('ascii') === 'yes',
		lowBandwidth: valueOf('lowBandwidth') === 'yes',
		reducedMotion: valueOf('reducedMotion') === 'yes',
		mouse: valueOf('mouse') === 'yes',
		screenReader: valueOf('screenReader') === 'yes',
	};
}

function ownColours(valueOf: (role: string) => string): OwnColours {
	return Object.fromEntries(Object.keys(COLOUR_ROLES).flatMap((role) => (valueOf(role) === '' ? [] : [[role, valueOf(role)]])));
}
