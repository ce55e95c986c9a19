import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const FILES: Readonly<Record<string, readonly string[]>> = {
	'web.log': [
		'2026-10-02T01:58:11Z INFO  GET /health 200',
		'2026-10-02T02:04:09Z WARN  slow query: 2140 ms',
		'2026-10-02T02:07:44Z ERROR upstream timed out after 30 s',
		'2026-10-02T02:09:02Z ERROR upstream timed out after 30 s',
		'2026-10-02T02:11:30Z INFO  upstream is back',
	],
	'jobs.log': [
		'2026-10-02T01:00:00Z INFO  rotate-logs started',
		'2026-10-02T01:00:04Z INFO  rotate-logs finished: 12 files',
		'2026-10-02T02:00:00Z ERROR rotate-logs failed: no space left on device',
	],
};

/** A few lines of log for the example plugin to read. */
export async function writeSampleLogs(folder: string): Promise<void> {
	await mkdir(folder, { recursive: true });
	for (const [name, lines] of Object.entries(FILES)) {
		await writeFile(join(folder, name), `${lines.join('\n')}\n`);
	}
}
