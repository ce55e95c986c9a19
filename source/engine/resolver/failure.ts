/** One fact of the outside world that a conflict rests on. Dropping any fact of a conflict makes that conflict go away. */
export type Fact =
	| { readonly type: 'root'; readonly name: string; readonly spec: string }
	| { readonly type: 'dependency'; readonly dependent: string; readonly versions: string; readonly name: string; readonly range: string }
	| {
			readonly type: 'peer';
			readonly dependent: string;
			readonly versions: string;
			readonly name: string;
			readonly range: string;
			readonly optional: boolean;
	  }
	/** The dependency names a folder, a repository or an address, which no registry serves. */
	| { readonly type: 'unsupported'; readonly dependent: string; readonly versions: string; readonly name: string; readonly spec: string }
	| { readonly type: 'not-found'; readonly name: string }
	| { readonly type: 'no-version'; readonly name: string; readonly range: string; readonly newest: string | null }
	| {
			readonly type: 'too-young';
			readonly name: string;
			readonly versions: string;
			readonly minimumHours: number;
			/** ISO time at which the first of them is old enough. */
			readonly lifts: string;
	  }
	| { readonly type: 'after-date'; readonly name: string; readonly versions: string; readonly asOf: string }
	| { readonly type: 'revoked'; readonly name: string; readonly versions: string; readonly reason: string }
	/** Policy denies these versions; `lifts` is the ISO time at which that ends, null: never by itself. */
	| { readonly type: 'denied'; readonly name: string; readonly versions: string; readonly reason: string; readonly lifts: string | null }
	/** They need another node, and the request asks to hold to that. */
	| { readonly type: 'other-node'; readonly name: string; readonly versions: string; readonly needs: string; readonly node: string }
	/** Copies would have to be nested without end. */
	| { readonly type: 'nesting'; readonly name: string };

/** One independent reason why there is no solution. */
export type Conflict = {
	readonly facts: readonly Fact[];
	/** The reasoning in order; the last sentence is the conclusion. */
	readonly sentences: readonly string[];
	/** Who asked for the packages involved: paths from a root, `root > dependency > dependency`. */
	readonly paths: readonly string[];
};

/** A change that was tried and does solve. */
export type Suggestion =
	| { readonly type: 'change-root'; readonly name: string; readonly spec: string; readonly sentence: string }
	/** Root name -> what to ask for instead; only when no single change is enough. */
	| { readonly type: 'change-roots'; readonly roots: Readonly<Record<string, string>>; readonly sentence: string }
	| { readonly type: 'drop-root'; readonly name: string; readonly sentence: string }
	/** Only when leaving out one is not enough. */
	| { readonly type: 'drop-roots'; readonly names: readonly string[]; readonly sentence: string }
	| { readonly type: 'allow-young'; readonly name: string; readonly version: string; readonly lifts: string; readonly sentence: string }
	| ({ readonly type: 'override'; readonly sentence: string } & SuggestedOverride)
	/** Only when no single change is enough. */
	| { readonly type: 'overrides'; readonly overrides: readonly SuggestedOverride[]; readonly sentence: string };

/** Holds only below the packages of the path; an empty one: everywhere. */
export type SuggestedOverride = { readonly path: readonly string[]; readonly name: string; readonly range: string };

export type FailureKind = 'package-not-found' | 'no-matching-version' | 'conflict';

export type Failure = {
	/** `package-not-found`: an unknown root. `no-matching-version`: a root's range matches nothing that exists. */
	readonly kind: FailureKind;
	readonly sentences: readonly string[];
	/** Up to five, independent of each other. */
	readonly conflicts: readonly Conflict[];
	/** Smallest change first. */
	readonly suggestions: readonly Suggestion[];
	/** The effort that explaining may take was used up: there may be further conflicts and suggestions, and facts that need not be. */
	readonly isCut: boolean;
};
