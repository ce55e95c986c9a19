/** One thing a user sets once, as a person reads and changes it. */
export type Setting = {
	/** As it is typed: `display.theme`. */
	readonly key: string;
	readonly kind: 'text' | 'number' | 'yes-no' | 'choice';
	/** Of a choice, and of yes and no. */
	readonly choices: readonly string[];
	readonly value: string;
	readonly default: string;
	/** Whether settings.json says it. */
	readonly isSet: boolean;
	/** What it does, in one sentence. */
	readonly help: string;
};

/** Where the settings are read and changed; the app and the command go through the same one. */
export type SettingsDoor = {
	readonly list: () => Promise<readonly Setting[]>;
	/** Each thing that a key of the app does, with its keys; `list` has those only that were set. */
	readonly keys: () => Promise<readonly Setting[]>;
	/** Null goes back to the default. Throws `usage` for an unknown key, `settings-invalid` for a value that is none, and then writes nothing. */
	readonly change: (key: string, text: string | null) => Promise<Setting>;
};
