import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Job } from '../jobs.ts';
import type { Disk } from './disk.ts';
import { replaceFile } from './disk.ts';
import { damaged, isMissing, writeError } from './home-errors.ts';
import type { Layout } from './layout.ts';

type Place = { readonly disk: Disk; readonly layout: Layout };

const schema = v.strictObject({
	format: v.literal(1),
	id: v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{1,100}$/)),
	title: v.string(),
	command: v.string(),
	status: v.picklist(['running', 'done', 'failed', 'cancelled']),
	startedAt: v.string(),
	endedAt: v.nullable(v.string()),
	pid: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
	sentences: v.array(v.string()),
	isSeen: v.boolean(),
});

/** Newest first. One that cannot be read is left out: it tells what was, and nothing rests on it. */
export async function readJobs(layout: Layout): Promise<readonly Job[]> {
	const files = await readdir(layout.jobs).catch((error: unknown) => {
		if (isMissing(error)) {
			return [];
		}

		throw damaged('state/jobs', 'cannot be read', { cause: error });
	});
	const jobs = await Promise.all(files.filter((file) => file.endsWith('.json')).map((file) => readJob(layout, file)));
	return jobs.flatMap((job) => job ?? []).toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
}

async function readJob(layout: Layout, file: string): Promise<Job | null> {
	try {
		const parsed = v.safeParse(schema, JSON.parse(await readFile(join(layout.jobs, file), 'utf8')));
		if (!parsed.success) {
			return null;
		}

		const { format: _, ...job } = parsed.output;
		return job;
	} catch {
		// Not JSON, or removed meanwhile by somebody who cleared them.
		return null;
	}
}

export async function writeJob({ disk, layout }: Place, job: Job): Promise<void> {
	try {
		await disk.makeFolder(layout.jobs);
		await replaceFile(disk, join(layout.jobs, `${job.id}.json`), Buffer.from(`${JSON.stringify({ format: 1, ...job })}\n`));
	} catch (error) {
		throw writeError(error, 'record what went on without a terminal');
	}
}

export async function removeJob({ disk, layout }: Place, { id }: Pick<Job, 'id'>): Promise<void> {
	try {
		await disk.removeFile(join(layout.jobs, `${id}.json`));
	} catch (error) {
		if (!isMissing(error)) {
			throw writeError(error, 'forget what went on without a terminal');
		}
	}
}
