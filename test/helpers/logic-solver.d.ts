declare module 'logic-solver' {
	type Formula = string | { readonly type: string };
	const Logic: {
		readonly Solver: new () => { require(...formulas: readonly Formula[]): void; solve(): object | null };
		or(...formulas: readonly Formula[]): Formula;
		not(formula: Formula): Formula;
		implies(a: Formula, b: Formula): Formula;
		atMostOne(...formulas: readonly Formula[]): Formula;
	};
	export default Logic;
}
