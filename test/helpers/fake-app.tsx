import process from 'node:process';

import { DEFAULT_DISPLAY } from '../../source/display.ts';
import type { Display } from '../../source/display.ts';
import { runFullScreen } from '../../source/full-screen.tsx';
import { runScreenReader } from '../../source/screen-reader/index.ts';
import { openSettings } from '../../source/settings.ts';
import { createFakeEngine } from './fake-engine.ts';
import { hostileEngine } from './hostile-engine.ts';

/** The program that pseudo-terminal tests start: the real app over the fake engine. Options are JSON in the first argument. */
const options: {
	readonly stepMilliseconds?: number;
	readonly extraPlugins?: number;
	readonly jobsFile?: string;
	readonly crash?: 'render' | 'uncaught' | 'kill' | 'abort';
	readonly display?: Partial<Display>;
	readonly isHostile?: boolean;
	readonly color?: boolean;
	readonly isScreenReader?: boolean;
	readonly ownKeys?: Readonly<Record<string, string>>;
} = JSON.parse(process.argv[2] ?? '{}');
const created = createFakeEngine(options);
const fake = options.isHostile === true ? hostileEngine(created) : created;
const broken = { generation: 1, plugins: [{ name: undefined }], packageCount: 1, storeBytes: 1 };
const engine = options.crash === 'render' ? { ...fake, list: () => Promise.resolve(broken as never) } : fake;
if (options.crash === 'uncaught') {
	setTimeout(() => {
		throw new Error('a defect for the test');
	}, 700);
}

if (options.crash === 'kill' || options.crash === 'abort') {
	const die = options.crash === 'abort' ? () => process.abort() : () => process.kill(process.pid, 'SIGKILL');
	setTimeout(die, 1500);
}

async function run(): Promise<number> {
	const { ownKeys = {}, display } = options;
	if (options.isScreenReader === true) {
		return await runScreenReader({
			engine,
			section: 'installed',
			ownKeys,
			settings: openSettings({ home: null, environment: process.env }),
			isAscii: display?.ascii ?? false,
			version: '0.1.0',
			stdin: process.stdin,
			write: (text) => process.stdout.write(text),
		});
	}

	const { exitCode } = await runFullScreen({
		engine,
		environment: process.env,
		stdin: process.stdin,
		stdout: process.stdout,
		version: '0.1.0',
		display: { ...DEFAULT_DISPLAY, ...display },
		color: options.color,
		ownKeys,
	});
	return exitCode;
}

try {
	console.log(`left with ${await run()}`);
} catch (error) {
	console.error(`failed: ${error instanceof Error ? error.message : 'unknown'}`);
}

process.stdin.unref();
