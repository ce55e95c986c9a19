/* oxlint-disable typescript/no-unnecessary-type-conversion -- callers are untyped JavaScript. */
type Option = { readonly type: 'string' | 'boolean'; readonly short?: string; readonly multiple?: boolean; readonly default?: unknown };
type Options = Readonly<Record<string, Option>>;
type Token =
	| {
			readonly kind: 'option';
			readonly name: string;
			readonly rawName: string;
			readonly index: number;
			readonly value: string | undefined;
			readonly inlineValue: boolean | undefined;
	  }
	| { readonly kind: 'positional'; readonly index: number; readonly value: string }
	| { readonly kind: 'option-terminator'; readonly index: number };
type Config = {
	readonly args?: readonly string[];
	readonly options?: Options;
	readonly strict?: boolean;
	readonly allowPositionals?: boolean;
	readonly allowNegative?: boolean;
	readonly tokens?: boolean;
};

/** `util.parseArgs`. */
export function makeParseArgs(argumentsOf: () => readonly string[]) {
	return (config: Config = {}): object => {
		const { options = {}, strict = true, allowPositionals = !strict, allowNegative = false } = config;
		checkOptions(options);
		const args = config.args ?? argumentsOf();
		const tokens = tokensOf(args, options);
		const values = Object.create(null) as Record<string, unknown>;
		const positionals: string[] = [];
		for (const token of tokens) {
			if (token.kind === 'option') {
				store(token, { values, options, strict, allowNegative, allowPositionals });
			} else if (token.kind === 'positional') {
				if (!allowPositionals) {
					throw failure(
						'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL',
						`Unexpected argument '${token.value}'. This command does not take positional arguments`,
					);
				}

				positionals.push(token.value);
			}
		}

		for (const [name, option] of Object.entries(options)) {
			if (option.default !== undefined && !Object.hasOwn(values, name)) {
				values[name] = option.default;
			}
		}

		return config.tokens === true ? { values, positionals, tokens } : { values, positionals };
	};
}

function tokensOf(args: readonly string[], options: Options): readonly Token[] {
	const tokens: Token[] = [];
	// A group like -abc is taken apart in place, so that all of its options have the index of the group.
	const left = args.map((text, index) => ({ text, index, isGroup: false }));
	for (let item = left.shift(); item !== undefined; item = left.shift()) {
		const { text, index } = item;
		if (text === '--') {
			tokens.push({ kind: 'option-terminator', index });
			return [...tokens, ...left.map((rest) => ({ kind: 'positional' as const, index: rest.index, value: rest.text }))];
		}

		const takeNext = (name: string, rawName: string): Token => {
			const [next] = left;
			const takes = typeOf(name, options) === 'string' && next !== undefined && !next.isGroup;
			const value = takes ? left.shift()?.text : undefined;
			return { kind: 'option', name, rawName, index, value, inlineValue: takes ? false : undefined };
		};
		if (/^-[^-]$/s.test(text)) {
			tokens.push(takeNext(longOf(text.slice(1), options), text));
		} else if (/^-[^-]./s.test(text)) {
			const first = longOf(text[1] ?? '', options);
			if (typeOf(first, options) === 'string') {
				tokens.push({ kind: 'option', name: first, rawName: `-${text[1]}`, index, value: text.slice(2), inlineValue: true });
			} else {
				left.unshift(...groupOf(text, options).map((one) => ({ text: one, index, isGroup: true })));
			}
		} else if (/^--[^=]+=/s.test(text)) {
			const at = text.indexOf('=');
			const name = text.slice(2, at);
			tokens.push({ kind: 'option', name, rawName: `--${name}`, index, value: text.slice(at + 1), inlineValue: true });
		} else if (text.startsWith('--') && text.length > 2) {
			tokens.push(takeNext(text.slice(2), text));
		} else {
			tokens.push({ kind: 'positional', index, value: text });
		}
	}

	return tokens;
}

/** `-rf` is `-r -f`; from the first that takes a text, the rest is its value. */
function groupOf(text: string, options: Options): readonly string[] {
	const parts: string[] = [];
	for (let at = 1; at < text.length; at += 1) {
		const short = text[at] ?? '';
		if (typeOf(longOf(short, options), options) === 'string' && at < text.length - 1) {
			return [...parts, `-${text.slice(at)}`];
		}

		parts.push(`-${short}`);
	}

	return parts;
}

function typeOf(name: string, options: Options): Option['type'] | null {
	return Object.hasOwn(options, name) ? (options[name]?.type ?? null) : null;
}

function longOf(short: string, options: Options): string {
	return Object.entries(options).find(([, option]) => option.short === short)?.[0] ?? short;
}

function store(
	token: Extract<Token, { kind: 'option' }>,
	context: Required<Pick<Config, 'options' | 'strict' | 'allowNegative' | 'allowPositionals'>> & {
		readonly values: Record<string, unknown>;
	},
): void {
	const { options, strict, allowNegative, values } = context;
	const positive = token.name.replace(/^no-/, '');
	const isNegated = allowNegative && token.name.startsWith('no-') && token.value === undefined && typeOf(positive, options) === 'boolean';
	const name = isNegated ? positive : token.name;
	if (name === '__proto__') {
		return;
	}

	if (strict) {
		checkUse({ ...token, name }, context);
	}

	const value = isNegated ? false : (token.value ?? true);
	if (Object.hasOwn(options, name) && options[name]?.multiple === true) {
		const list = (values[name] ??= []) as unknown[];
		list.push(value);
	} else {
		values[name] = value;
	}
}

function checkUse(
	token: Extract<Token, { kind: 'option' }>,
	{ options, allowPositionals }: { readonly options: Options; readonly allowPositionals: boolean },
): void {
	const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
	if (option === undefined) {
		const more = allowPositionals
			? `. To specify a positional argument starting with a '-', place it at the end of the command after '--', as in '-- "${token.rawName}"`
			: '';
		throw failure('ERR_PARSE_ARGS_UNKNOWN_OPTION', `Unknown option '${token.rawName}'${more}`);
	}

	const short = option.short === undefined ? '' : `-${option.short}, `;
	if (option.type === 'string' && token.value === undefined) {
		throw failure('ERR_PARSE_ARGS_INVALID_OPTION_VALUE', `Option '${short}--${token.name} <value>' argument missing`);
	}

	if (option.type === 'boolean' && token.value !== undefined) {
		throw failure('ERR_PARSE_ARGS_INVALID_OPTION_VALUE', `Option '${short}--${token.name}' does not take an argument`);
	}

	if (token.inlineValue === false && token.value !== undefined && token.value.length > 1 && token.value.startsWith('-')) {
		const way = token.rawName.startsWith('--') ? `'${token.rawName}=-XYZ'` : `'--${token.name}=-XYZ' or '${token.rawName}-XYZ'`;
		throw failure(
			'ERR_PARSE_ARGS_INVALID_OPTION_VALUE',
			`Option '${token.rawName}' argument is ambiguous.\nDid you forget to specify the option argument for '${token.rawName}'?\nTo specify an option argument starting with a dash use ${way}.`,
		);
	}
}

function checkOptions(options: Options): void {
	for (const [name, option] of Object.entries(options)) {
		if (option.type !== 'string' && option.type !== 'boolean') {
			throw failure(
				'ERR_INVALID_ARG_TYPE',
				`The "options.${name}.type" property must be one of: 'string', 'boolean'. Received ${typeof option.type}`,
			);
		}

		if (option.short !== undefined && option.short.length !== 1) {
			throw failure('ERR_INVALID_ARG_VALUE', `The property 'options.${name}.short' must be a single character. Received '${option.short}'`);
		}
	}
}

function failure(code: string, message: string): Error {
	return Object.assign(new TypeError(message), { code });
}
