// The package ships no types. Only what `licence.ts` uses is declared.
declare module 'spdx-expression-parse' {
	type Licence = { readonly license: string; readonly plus?: true; readonly exception?: string };
	type Conjunction = { readonly left: Expression; readonly conjunction: 'and' | 'or'; readonly right: Expression };
	type Expression = Licence | Conjunction;

	/** Throws for text that is no SPDX licence expression. */
	const parse: (text: string) => Expression;
	export default parse;
}
