import type { Applied, Engine, Plan, PlannedPackage, Requirement, TrustCalls } from '../../source/engine/index.ts';

/** An engine whose calls fail the test unless they were given: what a command asks of the engine is part of its behaviour. */
export function standInEngine(calls: Partial<Engine>): Engine {
	const unexpected = (name: string) => () => {
		throw new Error(`The command called engine.${name}, which this test does not expect.`);
	};
	return {
		homePath: '/home/of/the/test',
		profile: 'default',
		registryUrl: unexpected('registryUrl'),
		search: unexpected('search'),
		info: unexpected('info'),
		downloads: unexpected('downloads'),
		resolve: unexpected('resolve'),
		evaluate: unexpected('evaluate'),
		planInstall: unexpected('planInstall'),
		planUpdate: unexpected('planUpdate'),
		planRemove: unexpected('planRemove'),
		planRollback: unexpected('planRollback'),
		planSwitch: unexpected('planSwitch'),
		planUndo: unexpected('planUndo'),
		planRedo: unexpected('planRedo'),
		planMark: unexpected('planMark'),
		planOverride: unexpected('planOverride'),
		planFrozen: unexpected('planFrozen'),
		outdated: unexpected('outdated'),
		jobs: { list: unexpected('jobs.list'), record: unexpected('jobs.record'), clear: unexpected('jobs.clear') },
		registries: {
			list: unexpected('registries.list'),
			set: unexpected('registries.set'),
			remove: unexpected('registries.remove'),
			signIn: unexpected('registries.signIn'),
			signOut: unexpected('registries.signOut'),
		},
		contents: { list: unexpected('contents.list'), file: unexpected('contents.file') },
		updates: { review: unexpected('updates.review'), file: unexpected('updates.file') },
		explain: unexpected('explain'),
		why: unexpected('why'),
		writeLock: unexpected('writeLock'),
		applyPlan: unexpected('applyPlan'),
		list: unexpected('list'),
		history: unexpected('history'),
		diff: unexpected('diff'),
		exportHome: unexpected('exportHome'),
		planImport: unexpected('planImport'),
		profiles: unexpected('profiles'),
		makeProfile: unexpected('makeProfile'),
		selectProfile: unexpected('selectProfile'),
		removeProfile: unexpected('removeProfile'),
		keepGeneration: unexpected('keepGeneration'),
		releaseGeneration: unexpected('releaseGeneration'),
		collectGarbage: unexpected('collectGarbage'),
		verify: unexpected('verify'),
		doctor: unexpected('doctor'),
		cacheInfo: unexpected('cacheInfo'),
		verifyCache: unexpected('verifyCache'),
		cleanCache: unexpected('cleanCache'),
		exportNodeModules: unexpected('exportNodeModules'),
		repair: unexpected('repair'),
		explainPermissions: unexpected('explainPermissions'),
		revokeGrant: unexpected('revokeGrant'),
		runtime: {
			prepare: unexpected('runtime.prepare'),
			start: unexpected('runtime.start'),
			call: unexpected('runtime.call'),
			send: unexpected('runtime.send'),
			reload: unexpected('runtime.reload'),
			stop: unexpected('runtime.stop'),
			setLimits: unexpected('runtime.setLimits'),
			revoke: unexpected('runtime.revoke'),
			list: () => [],
			logs: () => [],
			quarantined: unexpected('runtime.quarantined'),
			release: unexpected('runtime.release'),
		},
		cores: {
			list: unexpected('cores.list'),
			logs: unexpected('cores.logs'),
			follow: unexpected('cores.follow'),
			start: unexpected('cores.start'),
			reload: unexpected('cores.reload'),
			stop: unexpected('cores.stop'),
			setLimits: unexpected('cores.setLimits'),
			revoke: unexpected('cores.revoke'),
			release: unexpected('cores.release'),
		},
		data: { list: unexpected('data.list'), show: unexpected('data.show'), purge: unexpected('data.purge') },
		auditLog: { show: unexpected('auditLog.show'), verify: unexpected('auditLog.verify'), export: unexpected('auditLog.export') },
		trust: standInTrust(unexpected),
		runTask: unexpected('runTask'),
		testPlugin: unexpected('testPlugin'),
		develop: unexpected('develop'),
		tools: { planTool: unexpected('tools.planTool'), runTool: unexpected('tools.runTool'), forgetTool: unexpected('tools.forgetTool') },
		subscribe: unexpected('subscribe'),
		[Symbol.asyncDispose]: async () => {},
		...calls,
	};
}

function standInTrust(unexpected: (name: string) => () => never): TrustCalls {
	return {
		checkPolicy: unexpected('trust.checkPolicy'),
		signPolicy: unexpected('trust.signPolicy'),
		why: unexpected('trust.why'),
		audit: unexpected('trust.audit'),
		diff: unexpected('trust.diff'),
		review: unexpected('trust.review'),
		revoke: unexpected('trust.revoke'),
		vouch: unexpected('trust.vouch'),
		people: unexpected('trust.people'),
		addPerson: unexpected('trust.addPerson'),
		removePerson: unexpected('trust.removePerson'),
		pin: unexpected('trust.pin'),
		unpin: unexpected('trust.unpin'),
		addException: unexpected('trust.addException'),
		removeException: unexpected('trust.removeException'),
		raw: unexpected('trust.raw'),
		roots: unexpected('trust.roots'),
		addRoot: unexpected('trust.addRoot'),
		removeRoot: unexpected('trust.removeRoot'),
		advisories: unexpected('trust.advisories'),
		importAdvisories: unexpected('trust.importAdvisories'),
		signAdvisories: unexpected('trust.signAdvisories'),
		refreshRoots: unexpected('trust.refreshRoots'),
		importStatements: unexpected('trust.importStatements'),
		publishStatements: unexpected('trust.publishStatements'),
		exportStatements: unexpected('trust.exportStatements'),
		ownId: unexpected('trust.ownId'),
	};
}

export function planOf(parts: Partial<Plan> = {}): Plan {
	return {
		kind: 'install',
		command: 'install left-pad',
		baseGeneration: 3,
		targetGeneration: null,
		changes: [{ type: 'add', name: 'left-pad', to: '1.3.0', isRoot: true }],
		packages: [packageOf('left-pad', '1.3.0')],
		requirements: [],
		notices: [],
		fetchedBytes: 4200,
		fetchedCount: 1,
		lock: { format: 1, roots: {}, packages: {} },
		...parts,
	};
}

export function packageOf(name: string, version: string, parts: Partial<PlannedPackage> = {}): PlannedPackage {
	return {
		id: `${name}@${version}`,
		name,
		version,
		isRoot: true,
		isNew: true,
		verdict: {
			level: 'unknown',
			decision: 'allow',
			reasons: [
				{ rule: 'integrity', passed: true, text: 'the archive is the one the registry names' },
				{ rule: 'provenance', passed: false, text: 'nobody says where it was built' },
			],
			wouldRaise: [],
		},
		evidence: [],
		fetchedBytes: 4200,
		license: 'MIT',
		deprecated: null,
		hasInstallScript: false,
		tasks: null,
		...parts,
	};
}

export function netRequirement(plugin: string, host: string, novelty: 'new' | 'widened' | 'carried-over' = 'new'): Requirement {
	return {
		type: 'permission',
		id: `permission:${plugin}@1.0.0:net:${host}:443`,
		plugin,
		version: '1.0.0',
		permission: { type: 'net', host, port: 443, reason: 'To ask the server' },
		permissionId: `net:${host}:443`,
		novelty,
	};
}

/** Applies every plan and keeps what it was given. */
export function applyingEngine(plan: Plan, calls: Partial<Engine> = {}) {
	const applications: { plan: Plan; accepted: readonly string[]; denied: readonly string[] }[] = [];
	const engine = standInEngine({
		planInstall: async () => plan,
		planUpdate: async () => plan,
		planRemove: async () => plan,
		planRollback: async () => plan,
		planSwitch: async () => plan,
		planUndo: async () => plan,
		planRedo: async () => plan,
		planMark: async () => plan,
		planOverride: async () => plan,
		planFrozen: async () => plan,
		applyPlan: async (given, { decisions }): Promise<Applied> => {
			const answered = (answer: string) =>
				decisions.filter((decision) => decision.answer === answer).map((decision) => decision.requirementId);
			applications.push({ plan: given, accepted: answered('accept'), denied: answered('deny') });
			return { fromGeneration: 3, toGeneration: 4, changes: given.changes, granted: [], denied: [], unchanged: false };
		},
		...calls,
	});
	return { engine, applications };
}
