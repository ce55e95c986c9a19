import { likelyNeeds, type LoadOptions, type MetadataAnswer } from '../../resolver/index.ts';
import { isPackageName } from '../package-name.ts';

type Followed = {
	readonly name: string;
	readonly asked: string | null;
	/** True when everything that leads here will most likely be chosen. */
	readonly isLikely: boolean;
};

/** More than any tree has; a registry that makes up new names for ever is not followed. */
const MOST_FOLLOWED = 20_000;

/**
 * Asks for what packages will most likely need as soon as each is known, instead of when all of a round are: of the round trips of a tree
 * only the longest chain is left. What is asked for changes nothing about what is answered, and failures are left to whoever needs it.
 */
export class ReadAhead {
	readonly #answer: (name: string, options: LoadOptions) => Promise<MetadataAnswer | null>;
	readonly #followed = new Set<string>();

	/** `answer` gives null for what need not be asked for. */
	constructor(answer: (name: string, options: LoadOptions) => Promise<MetadataAnswer | null>) {
		this.#answer = answer;
	}

	/** Returns at once. `asked` is the range or tag it is needed by, null where nobody knows it yet. */
	follow(name: string, asked: string | null, options: LoadOptions): void {
		// What nobody has asked for yet may be another version, and need other things, than the newest.
		this.#follow({ name, asked, isLikely: asked !== null }, options);
	}

	#follow(followed: Followed, options: LoadOptions): void {
		const { name, asked, isLikely } = followed;
		const isNew = this.#isNew(`${isLikely ? '+' : ''}${name} ${asked ?? ''}`);
		if (isNew && isPackageName(name) && !options.signal.aborted) {
			void this.#look(followed, options);
		}
	}

	/** Never rejects: failed work is forgotten, and whoever needs this name asks again and is told. */
	async #look({ name, asked, isLikely }: Followed, options: LoadOptions): Promise<void> {
		const answer = await this.#answer(name, options).catch(() => null);
		if (answer?.type !== 'found') {
			return;
		}

		const { version, needs } = likelyNeeds(answer.index, asked);
		if (version === -1 || !this.#isNew(`${isLikely ? '+' : ''}${name}#${version}`)) {
			return;
		}

		if (isLikely) {
			options.onLikely?.(answer.index, version);
		}

		for (const need of needs) {
			this.#follow({ name: need.name, asked: need.asked, isLikely: isLikely && !need.isPeer }, options);
		}
	}

	#isNew(key: string): boolean {
		if (this.#followed.has(key) || this.#followed.size >= MOST_FOLLOWED) {
			return false;
		}

		this.#followed.add(key);
		return true;
	}
}
