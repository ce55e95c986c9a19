type Body = (context: TestContext) => unknown;
type Options = { readonly skip?: unknown; readonly todo?: unknown };
type Test = { readonly type: 'test'; readonly name: string; readonly body: Body | undefined; readonly mode: 'run' | 'skip' | 'todo' };
type Hook = 'before' | 'after' | 'beforeEach' | 'afterEach';
type Suite = {
	readonly type: 'suite';
	readonly name: string;
	readonly parent: Suite | null;
	readonly isSkipped: boolean;
	readonly parts: (Test | Suite)[];
	readonly hooks: Record<Hook, Body[]>;
};
type TestContext = Readonly<Record<string, unknown>>;

/** One test that was run, or left out. Plain data. */
type TestResult = {
	/** With the names of its suites in front, ` > ` between them. */
	readonly name: string;
	readonly state: 'passed' | 'failed' | 'skipped' | 'todo';
	/** Why it failed; null else. */
	readonly message: string | null;
	readonly milliseconds: number;
};

/** The name under which the host asks for the results of what a file of tests has declared. */
export const RUN_TESTS = 'node:test';

const root = makeSuite('', null, false);
let current: Suite = root;

function makeSuite(name: string, parent: Suite | null, isSkipped: boolean): Suite {
	return { type: 'suite', name, parent, isSkipped, parts: [], hooks: { before: [], after: [], beforeEach: [], afterEach: [] } };
}

function declareTest(mode: Test['mode']): (...args: unknown[]) => void {
	return (...args) => {
		const { name, options, body } = readArguments(args);
		const chosen = options.skip ? 'skip' : options.todo ? 'todo' : mode;
		current.parts.push({ type: 'test', name, body, mode: body === undefined ? 'todo' : chosen });
	};
}

function declareSuite(isSkipped: boolean): (...args: unknown[]) => void {
	return (...args) => {
		const { name, options, body } = readArguments(args);
		const suite = makeSuite(name, current, isSkipped || Boolean(options.skip) || current.isSkipped);
		current.parts.push(suite);
		const outer = current;
		current = suite;
		try {
			body?.({});
		} finally {
			current = outer;
		}
	};
}

function readArguments(args: readonly unknown[]): { readonly name: string; readonly options: Options; readonly body: Body | undefined } {
	const body = args.find((arg): arg is Body => typeof arg === 'function');
	const options = args.find((arg): arg is Options => typeof arg === 'object' && arg !== null) ?? {};
	const name = typeof args[0] === 'string' ? args[0] : (body?.name ?? '');
	return { name: name === '' ? '<anonymous>' : name, options, body };
}

function declareHook(hook: Hook): (body: Body) => void {
	return (body) => void current.hooks[hook].push(body);
}

/** Runs everything that was declared, one after the other, as it was declared. */
export async function runDeclaredTests(): Promise<readonly TestResult[]> {
	const results: TestResult[] = [];
	await runSuite(root, [], results);
	return results;
}

async function runSuite(suite: Suite, path: readonly string[], results: TestResult[]): Promise<void> {
	const problem = suite.isSkipped ? null : await problemOf(suite.hooks.before);
	if (problem !== null) {
		results.push({ name: [...path, 'before'].join(' > '), state: 'failed', message: problem, milliseconds: 0 });
		return;
	}

	for (const part of suite.parts) {
		if (part.type === 'suite') {
			await runSuite(part, [...path, part.name], results);
		} else {
			await runTest(part, { suite, path: [...path, part.name], results });
		}
	}

	const left = suite.isSkipped ? null : await problemOf(suite.hooks.after);
	if (left !== null) {
		results.push({ name: [...path, 'after'].join(' > '), state: 'failed', message: left, milliseconds: 0 });
	}
}

async function runTest(
	{ body, mode }: Test,
	{ suite, path, results }: { readonly suite: Suite; readonly path: readonly string[]; readonly results: TestResult[] },
): Promise<void> {
	const name = path.join(' > ');
	if (mode !== 'run' || suite.isSkipped || body === undefined) {
		results.push({ name, state: mode === 'todo' ? 'todo' : 'skipped', message: null, milliseconds: 0 });
		return;
	}

	const startedAt = Date.now();
	const inner: TestResult[] = [];
	let isSkipped = false;
	const context: TestContext = {
		name,
		diagnostic: () => undefined,
		skip: () => {
			isSkipped = true;
		},
		test: (...args: readonly unknown[]) => {
			const { name: innerName, body: innerBody } = readArguments(args);
			const test: Test = { type: 'test', name: innerName, body: innerBody, mode: innerBody === undefined ? 'todo' : 'run' };
			return runTest(test, { suite: makeSuite('', null, false), path: [...path, innerName], results: inner });
		},
	};
	const outer = chainOf(suite);
	const failures = [
		await problemOf([...outer.flatMap(({ hooks }) => hooks.beforeEach), () => body(context)]),
		await problemOf(outer.toReversed().flatMap(({ hooks }) => hooks.afterEach)),
		...inner.filter(({ state }) => state === 'failed').map((one) => `${one.name} failed`),
	].filter((failure) => failure !== null);
	const state = failures.length > 0 ? 'failed' : isSkipped ? 'skipped' : 'passed';
	results.push(...inner, { name, state, message: failures[0] ?? null, milliseconds: Date.now() - startedAt });
}

/** From the outermost suite to this one. */
function chainOf(suite: Suite): readonly Suite[] {
	return suite.parent === null ? [suite] : [...chainOf(suite.parent), suite];
}

async function problemOf(bodies: readonly Body[]): Promise<string | null> {
	try {
		for (const body of bodies) {
			await body({});
		}

		return null;
	} catch (error) {
		return error instanceof Error ? `${error.name}: ${error.message}` : 'a value that is not an error was thrown';
	}
}

const test = Object.assign(declareTest('run'), {
	skip: declareTest('skip'),
	todo: declareTest('todo'),
	before: declareHook('before'),
	after: declareHook('after'),
	beforeEach: declareHook('beforeEach'),
	afterEach: declareHook('afterEach'),
});
const suite = Object.assign(declareSuite(false), { skip: declareSuite(true) });

/** `node:test` as far as tests of a plugin need it: tests and suites, hooks, skip and todo; no mocks, no snapshots. */
export const testModule: unknown = Object.assign(test, {
	test,
	it: test,
	describe: suite,
	suite,
	before: test.before,
	after: test.after,
	beforeEach: test.beforeEach,
	afterEach: test.afterEach,
	default: test,
});
