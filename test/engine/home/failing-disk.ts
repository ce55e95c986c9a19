import { link, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Disk } from '../../../source/engine/home/disk.ts';
import { realDisk } from '../../../source/engine/home/disk.ts';

/** What a power cut leaves of things that were written and not synced. */
export type PowerCut = 'nothing-unsynced' | 'names-without-content' | { readonly seed: number };

export type FailingDisk = {
	readonly disk: Disk;
	/** Every call so far, for instance `rename store/staging/... -> store/packages/...`. */
	readonly calls: readonly string[];
	/** The call with this number from now on fails with the code; the others work. */
	readonly failAt: (call: number, code: string) => void;
	/** From the call with this number on nothing works any more. */
	readonly stopAt: (call: number) => void;
	/** Takes `failAt` and `stopAt` back. */
	readonly neverFail: () => void;
	/** From now on everything works, until `resume` brings the failure back. */
	readonly pause: () => void;
	readonly resume: () => void;
	/** Takes everything so far for synced. */
	readonly syncAll: () => void;
	/** Puts what survived in the place of the folder. */
	readonly cutPower: (kind: PowerCut) => Promise<void>;
};

type FileNode = { readonly type: 'file'; content: Buffer; durable: Buffer; readonly mode: number };
type FolderNode = { readonly type: 'folder'; readonly names: Map<string, Node>; durable: Map<string, Node> };
type Node = FileNode | FolderNode;

/** A real disk that can fail, with a model beside it of what a power cut would leave. Syncs are done in the model only, to be quick. */
export function createFailingDisk(root: string): FailingDisk {
	const calls: string[] = [];
	const top = folderNode();
	let failing: { readonly call: number; readonly code: string | null } | null = null;
	let counted = 0;
	let isPaused = false;

	function enter(name: string, ...paths: readonly string[]): void {
		if (isPaused) {
			return;
		}

		calls.push(`${name} ${paths.map((path) => relative(root, path)).join(' -> ')}`);
		const call = counted;
		counted += 1;
		if (failing !== null && (failing.code === null ? call >= failing.call : call === failing.call)) {
			const code = failing.code ?? 'EIO';
			throw Object.assign(new Error(`${code}: made to fail`), { code, syscall: 'write' });
		}
	}

	function find(path: string): Node | undefined {
		const parts = relative(root, path)
			.split('/')
			.filter((part) => part !== '');
		return parts.reduce<Node | undefined>((node, part) => (node?.type === 'folder' ? node.names.get(part) : undefined), top);
	}

	function folder(path: string): FolderNode {
		const parts = relative(root, path)
			.split('/')
			.filter((part) => part !== '');
		return parts.reduce<FolderNode>((node, part) => {
			const next = node.names.get(part) ?? folderNode();
			node.names.set(part, next);
			return next as FolderNode;
		}, top);
	}

	const parent = (path: string) => folder(dirname(path)).names;
	const base = (path: string) => path.slice(path.lastIndexOf('/') + 1);
	const create = (path: string, content: Uint8Array, mode: number) => {
		parent(path).set(base(path), { type: 'file', content: Buffer.from(content), durable: Buffer.alloc(0), mode });
	};
	const extend = (path: string, content: Uint8Array) => {
		const node = find(path);
		if (node?.type === 'file') {
			node.content = Buffer.concat([node.content, content]);
		} else {
			create(path, content, 0o600);
		}
	};
	const move = (from: string, to: string) => {
		const node = find(from);
		parent(from).delete(base(from));
		parent(to).set(base(to), node as Node);
	};
	const alias = (from: string, to: string) => {
		parent(to).set(base(to), find(from) as Node);
	};

	const disk: Disk = {
		makeFolder: async (path) => {
			enter('makeFolder', path);
			await realDisk.makeFolder(path);
			folder(path);
		},
		writeFile: async (path, bytes, mode) => {
			enter('writeFile', path);
			await realDisk.writeFile(path, bytes, mode);
			create(path, bytes, mode);
		},
		openWriter: async (path, mode) => {
			enter('openWriter', path);
			const writer = await realDisk.openWriter(path, mode);
			create(path, new Uint8Array(0), mode);
			return {
				write: async (bytes) => {
					enter('write', path);
					await writer.write(bytes);
					extend(path, bytes);
				},
				close: async () => writer.close(),
			};
		},
		appendSync: (path, text) => {
			enter('appendSync', path);
			realDisk.appendSync(path, text);
			extend(path, Buffer.from(text));
		},
		rename: async (from, to) => {
			enter('rename', from, to);
			await realDisk.rename(from, to);
			move(from, to);
		},
		link: async (from, to) => {
			enter('link', from, to);
			await realDisk.link(from, to);
			alias(from, to);
		},
		removeFile: async (path) => {
			enter('removeFile', path);
			await realDisk.removeFile(path);
			parent(path).delete(base(path));
		},
		removeTree: async (path) => {
			enter('removeTree', path);
			await realDisk.removeTree(path);
			parent(path).delete(base(path));
		},
		changeMode: async (path, mode) => {
			enter('changeMode', path);
			await realDisk.changeMode(path, mode);
		},
		syncFile: async (path) => {
			enter('syncFile', path);
			syncNode(find(path), { deep: false });
		},
		syncFolder: async (path) => {
			enter('syncFolder', path);
			syncNode(find(path), { deep: false });
		},
		syncFileSystem: async (path) => {
			enter('syncFileSystem', path);
			syncNode(top, { deep: true });
			return true;
		},
		makeFolderSync: (path) => {
			enter('makeFolderSync', path);
			realDisk.makeFolderSync(path);
			folder(path);
		},
		writeFileSync: (path, bytes, mode) => {
			enter('writeFileSync', path);
			realDisk.writeFileSync(path, bytes, mode);
			create(path, bytes, mode);
		},
		extendFileSync: (path, bytes) => {
			enter('extendFileSync', path);
			realDisk.extendFileSync(path, bytes);
			extend(path, bytes);
		},
		removeFileSync: (path) => {
			enter('removeFileSync', path);
			realDisk.removeFileSync(path);
			parent(path).delete(base(path));
		},
		truncateSync: (path, bytes) => {
			enter('truncateSync', path);
			realDisk.truncateSync(path, bytes);
			const node = find(path);
			if (node?.type === 'file') {
				node.content = node.content.subarray(0, bytes);
			}
		},
		linkSync: (from, to) => {
			enter('linkSync', from, to);
			realDisk.linkSync(from, to);
			alias(from, to);
		},
		renameSync: (from, to) => {
			enter('renameSync', from, to);
			realDisk.renameSync(from, to);
			move(from, to);
		},
	};

	return {
		disk,
		calls,
		failAt: (call, code) => {
			counted = 0;
			failing = { call, code };
		},
		stopAt: (call) => {
			counted = 0;
			failing = { call, code: null };
		},
		neverFail: () => {
			failing = null;
		},
		pause: () => {
			isPaused = true;
		},
		resume: () => {
			isPaused = false;
		},
		syncAll: () => {
			syncNode(top, { deep: true });
		},
		cutPower: async (kind) => {
			await rm(root, { recursive: true, force: true });
			await restore(top, { path: root, kind, random: randomOf(kind), links: new Map() });
		},
	};
}

function folderNode(): FolderNode {
	return { type: 'folder', names: new Map(), durable: new Map() };
}

function syncNode(node: Node | undefined, { deep }: { readonly deep: boolean }): void {
	if (node?.type === 'file') {
		node.durable = node.content;
	} else if (node !== undefined) {
		node.durable = new Map(node.names);
		if (deep) {
			for (const child of node.names.values()) {
				syncNode(child, { deep });
			}
		}
	}
}

type Restoring = { readonly path: string; readonly kind: PowerCut; readonly random: () => number; readonly links: Map<Node, string> };

async function restore(node: Node, { path, kind, random, links }: Restoring): Promise<void> {
	if (node.type === 'file') {
		const first = links.get(node);
		if (first !== undefined) {
			await link(first, path);
			return;
		}

		links.set(node, path);
		await writeFile(path, survivingContent(node, kind, random), { mode: node.mode });
		return;
	}

	await mkdir(path, { mode: 0o700 });
	for (const [name, child] of survivingNames(node, kind, random)) {
		await restore(child, { path: join(path, name), kind, random, links });
	}
}

function survivingContent({ content, durable }: FileNode, kind: PowerCut, random: () => number): Buffer {
	if (typeof kind === 'string') {
		return durable;
	}

	const choice = random();
	// Some of what was not synced may have reached the disk, also a part of it.
	return choice < 0.34
		? durable
		: choice < 0.67
			? content
			: content.subarray(0, durable.length + Math.floor(random() * Math.max(0, content.length - durable.length)));
}

function survivingNames({ names, durable }: FolderNode, kind: PowerCut, random: () => number): ReadonlyMap<string, Node> {
	switch (kind) {
		case 'nothing-unsynced':
			return durable;
		case 'names-without-content':
			return names;
		default: {
			const surviving = new Map<string, Node>();
			for (const name of new Set([...names.keys(), ...durable.keys()])) {
				const node = random() < 0.5 ? durable.get(name) : names.get(name);
				if (node !== undefined) {
					surviving.set(name, node);
				}
			}

			return surviving;
		}
	}
}

function randomOf(kind: PowerCut): () => number {
	let state = typeof kind === 'string' ? 1 : kind.seed * 2_654_435_761 + 1;
	return () => {
		state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 3_266_489_917) >>> 0;
		return state / 2 ** 32;
	};
}
